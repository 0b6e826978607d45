"""Who made a change: the process, the person whose it is, and the client that it served."""
