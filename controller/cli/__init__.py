"""The command line of the province."""
