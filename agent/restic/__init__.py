"""The door to restic: the only place that starts it, and what its answers mean."""
