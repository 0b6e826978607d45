"""The janitor of a site: it looks after one repository where it lies, with local access to files.

Everything here but `sealed` and `dating` needs the standard library alone, so that a partner's
machine needs no agent: `script/janitor-file` packs it into one file for any Python 3.11.
"""
