"""What happened to a file's name. Pure; names are bytes."""

import re
from itertools import pairwise

_RANDOM_LENGTH = 8
_CHANGES_SHARE = 0.35
_HEX = re.compile(rb"[0-9a-fA-F]{16,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CODE = re.compile(rb"[0-9A-Za-z_=-]+")
_ORDINARY = re.compile(  # numbers and dates of rotation, copies that people and programs keep
    rb"([0-9.\-_]|bak|old|orig|backup|save|copy|tmp|new|swp|gz|bz2|xz|zst|zip|7z|rar|lz4)+"
)


def folder_of(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]


def name_of(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def extension_of(name: bytes) -> bytes:
    """The last one, in lower case, without its dot; a hidden file's name is no extension."""
    stem, dot, extension = name.rpartition(b".")
    return extension.lower() if dot and stem else b""


def new_ending(old: bytes, new: bytes) -> bytes:
    """What a name has behind it now that it had not: `a.docx` to `a.docx.x` or `a.x` gives `x`.

    Empty where the extension stayed, and for endings that rotation and copies have.
    """
    stem, _, extension = old.rpartition(b".")
    if new.startswith(old + b"."):
        ending = new[len(old) + 1 :]
    elif stem and new.startswith(stem + b"."):
        ending = new[len(stem) + 1 :]
    else:
        return b""
    ending, extension = ending.lower(), extension.lower()
    kept = ending.removeprefix(extension)  # `log` that became `log-20261122`
    return b"" if not kept or _ORDINARY.fullmatch(kept) else ending


def looks_random(name: bytes) -> bool:
    """No words in it: letters and digits, or the cases, change all the time."""
    stem = name.partition(b".")[0]
    if _HEX.fullmatch(stem):
        return True
    if len(stem) < _RANDOM_LENGTH or not _CODE.fullmatch(stem):
        return False
    kinds = [_kind(byte) for byte in stem]
    changes = sum(one != other for one, other in pairwise(kinds))
    return changes >= _CHANGES_SHARE * len(stem)


def stems(name: bytes) -> tuple[bytes, ...]:
    """The names that this one may have been made from by writing something behind it."""
    parts = name.split(b".")
    return tuple(b".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))


def _kind(byte: int) -> int:
    character = chr(byte)
    return 0 if character.islower() else 1 if character.isupper() else 2
