"""Where copies live: one module per kind of site, and the probes that tell places apart."""
