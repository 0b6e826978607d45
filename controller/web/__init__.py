"""The only HTTP: agents' requests, pages for people, metrics for machines."""
