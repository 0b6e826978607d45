"""Run a playbook's agent steps: read and check it, walk its steps, tell each of them."""
