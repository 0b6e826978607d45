"""Paths as the ledger keeps them, and as a person may safely read them.

A path is bytes: Linux promises no encoding. Its key writes `/` as NUL, which no name can hold, so
that the order of keys is the order of a walk: a folder, all that is in it, then its next sibling.
"""

import os
import unicodedata
from pathlib import Path

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, direction, surrogate, line breaks


def path_bytes(path: Path | bytes) -> bytes:
    """The absolute path without a slash at its end (`/` itself is empty)."""
    return os.path.abspath(os.fsencode(path)).rstrip(b"/")  # noqa: PTH100 - pathlib has no bytes


def key_of(path: bytes) -> bytes:
    return path.rstrip(b"/").replace(b"/", b"\0")


def path_of(key: bytes) -> bytes:
    return key.replace(b"\0", b"/") or b"/"


def shown(path: bytes) -> str:
    """The name for a screen or a document: what is no UTF-8 or steers a terminal is escaped."""
    text = path.decode("utf-8", "backslashreplace")
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
