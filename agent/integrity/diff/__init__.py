"""What is different inside a small text file, without the secrets that stand in it."""
