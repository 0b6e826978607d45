"""What the controller hands out: packs for inspectors."""
