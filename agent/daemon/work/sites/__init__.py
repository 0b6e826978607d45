"""What the daemon does about the sites that keep backups."""
