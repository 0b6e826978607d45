"""The tables of revision 5."""
