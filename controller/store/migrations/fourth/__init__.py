"""The tables of revision 4."""
