"""Reading what is stored, and healing what is damaged."""
