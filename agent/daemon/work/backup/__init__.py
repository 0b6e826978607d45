"""What the daemon does about backups: makes, verifies, keeps and heals them."""
