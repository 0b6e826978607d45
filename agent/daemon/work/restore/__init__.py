"""What the daemon does to bring files back."""
