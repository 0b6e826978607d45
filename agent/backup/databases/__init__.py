"""Dumps of databases: made, looked at, and kept only when they are proved."""
