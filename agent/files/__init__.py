"""Door to trees of files: walk once, hash once; the ledger that integrity and backup share."""
