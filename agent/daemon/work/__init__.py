"""The work itself: one module a job, and the statements that are sealed of it."""
