"""lachan-verify: reads an evidence pack and recomputes everything in it."""
