"""What the watching process writes for the daemon: there is evidence to send; it lives."""

EVIDENCE, LIFE = b"!", b"."
