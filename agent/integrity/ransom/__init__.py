"""Whether changes look like an attack that takes files hostage."""
