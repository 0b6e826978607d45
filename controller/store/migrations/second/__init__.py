"""Revision 2; it never changes once it was released."""
