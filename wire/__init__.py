"""What agents, the controller and the verifier say to each other."""
