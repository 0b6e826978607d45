"""What follows from the log, entry by entry: the same entries always give the same rows."""
