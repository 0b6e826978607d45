"""Noticing changes while they happen: the kernel's hints, looked at, with who was there."""
