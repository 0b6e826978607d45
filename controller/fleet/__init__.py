"""Use cases of the province, one verb a module."""
