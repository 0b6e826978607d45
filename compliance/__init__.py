"""What follows from evidence for compliance: pure."""
