"""From what a dataset is to the folders that are saved: `sources` says where they are."""

from agent.config.sources import originals, sources

__all__ = ["originals", "sources"]
