"""What the daemon does about changed files: looks, watches, tells, suspects, has approved."""
