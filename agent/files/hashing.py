"""Read one file and hash it, and be sure that it stood still meanwhile."""

import hashlib
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

from agent.files.names import path_of
from agent.files.record import Status, Trouble, status_of
from agent.files.walk import trouble_of

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_ATTEMPTS = 3
_AT_ONCE = 1 << 20  # bytes read in one piece


class Hashed(NamedTuple):
    """A file's content as it was while its status stood still. Without status: it vanished."""

    key: bytes
    status: Status | None
    sha256: bytes | None
    trouble: Trouble = Trouble.NONE


def hash_file(key: bytes, status: Status, pulse: Callable[[], None] = lambda: None) -> Hashed:
    """Hash the file that lstat showed with this status.

    It is read again when its status is another one afterwards; a file that never stands still
    is reported as unstable, with its last status.

    Args:
        key: the file's key.
        status: what lstat showed.
        pulse: called between the pieces of a big file; it may raise to stop the work.
    """
    for _ in range(_ATTEMPTS):
        try:
            digest, after = _read(path_of(key), status.size, pulse)
        except FileNotFoundError:
            return Hashed(key, None, None)
        except OSError as error:
            return Hashed(key, status, None, trouble_of(error))
        if after == status and digest is not None:
            return Hashed(key, status, digest)
        status = after
    return Hashed(key, status, None, Trouble.UNSTABLE)


def _read(path: bytes, size: int, pulse: Callable[[], None]) -> tuple[bytes | None, Status]:
    """Digest of the content, and the status after reading.

    No digest for what is no file, or holds more or less than its size says.
    """
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        if size < _AT_ONCE:
            content = os.read(descriptor, size + 1)
            after = status_of(os.fstat(descriptor))
            whole = len(content) == after.size and stat.S_ISREG(after.mode)
            return (hashlib.sha256(content).digest() if whole else None), after
        return _read_pieces(descriptor, pulse)
    finally:
        os.close(descriptor)


def _read_pieces(descriptor: int, pulse: Callable[[], None]) -> tuple[bytes | None, Status]:
    """Read no further than the size at the start: a log may grow faster than we read."""
    before = status_of(os.fstat(descriptor))
    if not stat.S_ISREG(before.mode):
        return None, before
    digest, left = hashlib.sha256(), before.size
    buffer = memoryview(bytearray(_AT_ONCE))
    while left and (length := os.readv(descriptor, [buffer[:left]])):
        pulse()
        digest.update(buffer[:length])
        left -= length
    return (None if left else digest.digest()), status_of(os.fstat(descriptor))
