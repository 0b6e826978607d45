"""What explains changes, and what is told as one: nothing is dropped, everything is counted."""
