"""controller.yaml, the homes of state and secrets, and the keys beside it."""
