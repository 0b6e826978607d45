"""The only SQL: the log, its projections, and what is no projection."""
