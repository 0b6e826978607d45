"""Who is at the other end: passwords, sessions, one-time links, and what a browser may do."""
