"""What follows from evidence for recovery: pure."""
