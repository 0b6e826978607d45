"""Backing up to two sites, and knowing what each of them really holds."""
