"""Names of the locks that jobs of several areas take or look at."""

BACKUP = "backup"
WATCH = "watch"
