"""What should be so: checks are data and a small pure judge; ALL is an explicit list."""
