"""Playbooks are data: what to do, in Vietnamese and English; no code and no templates."""
