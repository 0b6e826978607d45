"""Package transactions: what dpkg says of itself, and which changes that explains."""
