"""Mail of an agent that works alone: what is wrong, since when, what to do."""
