"""What is so on this machine: one module per subject; collect() asks the door, parse() is pure."""
