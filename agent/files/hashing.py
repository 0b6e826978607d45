"""Read one file, hash it and see its attributes, and be sure that it stood still meanwhile."""

import hashlib
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

from agent.files.attributes import NOT_READ, read_attributes
from agent.files.content_class import HEAD_BYTES, content_class
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
    attributes: bytes | None = NOT_READ
    content: str = ""


class _Content(NamedTuple):
    """What one reading has shown. Without a digest: no file, or not the size that it has."""

    digest: bytes | None
    status: Status  # after reading
    attributes: bytes | None = NOT_READ
    head: bytes = b""


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
            found = _read(path_of(key), status.size, pulse)
        except FileNotFoundError:
            return Hashed(key, None, None)
        except OSError as error:
            return Hashed(key, status, None, trouble_of(error))
        after = found.status if status.inode else found.status._replace(inode=0)
        if after == status and found.digest is not None:
            judged = content_class(found.head, status.size)
            return Hashed(key, status, found.digest, attributes=found.attributes, content=judged)
        status = after
    return Hashed(key, status, None, Trouble.UNSTABLE)


def read_link(key: bytes, status: Status) -> Hashed:
    """A symbolic link's target stands for its content."""
    path = path_of(key)
    try:
        target, attributes = os.readlink(path), read_attributes(path)  # noqa: PTH115 - bytes
    except FileNotFoundError:
        return Hashed(key, None, None)
    except OSError as error:
        return Hashed(key, status, None, trouble_of(error))
    return Hashed(key, status, hashlib.sha256(target).digest(), attributes=attributes)


def read_other(key: bytes, status: Status) -> Hashed:
    """Folders, FIFOs, sockets and devices have attributes only."""
    try:
        return Hashed(key, status, None, attributes=read_attributes(path_of(key)))
    except FileNotFoundError:
        return Hashed(key, None, None)
    except OSError as error:
        return Hashed(key, status, None, trouble_of(error))


def _read(path: bytes, size: int, pulse: Callable[[], None]) -> _Content:
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        if size < _AT_ONCE:
            content = os.read(descriptor, size + 1)
            attributes = read_attributes(descriptor)
            after = status_of(os.fstat(descriptor))
            whole = len(content) == after.size and stat.S_ISREG(after.mode)
            digest = hashlib.sha256(content).digest() if whole else None
            return _Content(digest, after, attributes, content[:HEAD_BYTES])
        return _read_pieces(descriptor, pulse)
    finally:
        os.close(descriptor)


def _read_pieces(descriptor: int, pulse: Callable[[], None]) -> _Content:
    """Read no further than the size at the start: a log may grow faster than we read."""
    before = status_of(os.fstat(descriptor))
    if not stat.S_ISREG(before.mode):
        return _Content(None, before)
    digest, left, head = hashlib.sha256(), before.size, b""
    buffer = memoryview(bytearray(_AT_ONCE))
    while left and (length := os.readv(descriptor, [buffer[:left]])):
        pulse()
        head = head or bytes(buffer[: min(length, HEAD_BYTES)])
        digest.update(buffer[:length])
        left -= length
    attributes = read_attributes(descriptor)
    after = status_of(os.fstat(descriptor))
    return _Content(None if left else digest.digest(), after, attributes, head)
