"""What the agent must not forget: a few small SQLite files by purpose, and one lock."""
