"""Data: what standards ask, row by row. No code here; read through the programs' libraries."""
