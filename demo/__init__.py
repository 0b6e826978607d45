"""The demonstration: a province with one facility, on this machine, with real parts only."""
