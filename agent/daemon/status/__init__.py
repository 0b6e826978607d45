"""What `status` and `doctor` say, item by item."""
