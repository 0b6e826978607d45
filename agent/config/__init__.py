"""The one configuration file: its shape, its reading, its sample, its homes."""
