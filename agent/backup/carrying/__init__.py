"""Disks that are carried: the unplugged copy, a far site's first fill."""
