"""Tables by purpose: the log, what follows from it, what does not."""
