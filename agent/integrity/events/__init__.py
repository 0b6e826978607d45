"""What happened to the watched files, kept in a chain that nobody without the key can rewrite."""
