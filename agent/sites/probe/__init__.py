"""Are two places two places? What can be learned of each."""
