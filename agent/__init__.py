"""The agent: looks, judges and tells, on each facility server."""
