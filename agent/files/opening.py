"""Opens what is only looked at, and leaves no trace: a look must not say that somebody has read."""

import os


def open_unseen(name: bytes, flags: int, folder: int | None = None) -> int:
    """`os.open` that keeps the time of last access, where we may: as its owner, or as root.

    Raises:
        OSError: it cannot be opened.

    Source: open(2), O_NOATIME.
    """
    try:
        return os.open(name, flags | os.O_NOATIME, dir_fd=folder)
    except PermissionError:
        return os.open(name, flags, dir_fd=folder)
