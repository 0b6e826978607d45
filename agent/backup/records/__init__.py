"""What the agent knows about its copies, on disk."""
