"""Revision 1, in three parts; it never changes once it was released."""
