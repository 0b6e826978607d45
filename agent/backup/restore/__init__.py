"""Everyday restore: find, place, compare."""
