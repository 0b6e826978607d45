"""What is saved: looked at, or made and proved, before every run."""
