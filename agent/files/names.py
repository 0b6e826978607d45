"""Paths as the ledger keeps them, and as a person may safely read them.

A path is bytes: Linux promises no encoding. Its key writes `/` as NUL, which no name can hold, so
that the order of keys is the order of a walk: a folder, all that is in it, then its next sibling.
"""

import os
from pathlib import Path

from texts.harmless import harmless


def path_bytes(path: Path | bytes) -> bytes:
    """The absolute path without a slash at its end (`/` itself is empty)."""
    return os.path.abspath(os.fsencode(path)).rstrip(b"/")  # noqa: PTH100 - pathlib has no bytes


def key_of(path: bytes) -> bytes:
    return path.rstrip(b"/").replace(b"/", b"\0")


def path_of(key: bytes) -> bytes:
    return key.replace(b"\0", b"/") or b"/"


def shown(path: bytes) -> str:
    """The name for a screen or a document: what is no UTF-8 or steers a terminal is escaped."""
    return harmless(path.decode("utf-8", "backslashreplace"))
