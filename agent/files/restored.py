"""Reads what a restore has written: as a regular file of the restored tree, or not at all."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recovery.manifest import Entry

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG}
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """A restored file as it was read."""

    size: int
    sha256: bytes


def read_restored(tree: Path, path: bytes) -> Content | None:
    """Size and digest of one restored file; None: it is not there as a regular file.

    Raises:
        OSError: our own disk does not let us look; that says nothing about the site.
    """
    if b".." in path.split(b"/"):
        return None
    place = os.fsencode(tree) + b"/" + path.lstrip(b"/")
    if not _lies_inside(os.fsencode(tree), os.path.dirname(place)):  # noqa: PTH120 - bytes
        return None
    try:
        descriptor = _open(place)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise
    try:
        return _read(descriptor) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    finally:
        os.close(descriptor)


def equals(content: Content | None, entry: Entry) -> bool:
    return content is not None and (content.size, content.sha256) == (entry.size, entry.sha256)


@lru_cache(maxsize=4096)  # files come folder by folder; a drill's tree never comes again
def _lies_inside(tree: bytes, folder: bytes) -> bool:
    """Whether no restored link leads from the tree to live data, which would be read instead."""
    real = os.path.realpath(folder)
    return real == os.path.realpath(tree) + folder.removeprefix(tree).rstrip(b"/")


def _open(place: bytes) -> int:
    """A restored file keeps its mode, and may be closed to its own owner, who is not root."""
    try:
        return os.open(place, _FLAGS)
    except PermissionError:
        os.chmod(place, stat.S_IRUSR)  # noqa: PTH101 - the path is bytes
        return os.open(place, _FLAGS)


def _read(descriptor: int) -> Content:
    digest, size = hashlib.sha256(), 0
    while piece := os.read(descriptor, _AT_ONCE):
        digest.update(piece)
        size += len(piece)
    return Content(size, digest.digest())
