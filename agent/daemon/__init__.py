"""Puts the parts together: what the daemon and the command line both do."""
