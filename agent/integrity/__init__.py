"""What was approved, what is so now, and every difference between the two."""
