"""Rehearse recovery: bytes only from the named site, compared with what was committed before."""
