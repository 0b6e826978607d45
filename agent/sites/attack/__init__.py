"""Attacks with the agent's own credential: what protects a site, proved."""
