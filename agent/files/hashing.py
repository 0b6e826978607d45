"""Read one file, hash it and see its attributes, and be sure that it stood still meanwhile."""

import hashlib
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

from agent.files.attributes import NOT_READ, read_attributes
from agent.files.content_class import HEAD_BYTES, content_class
from agent.files.names import path_of
from agent.files.opening import open_unseen
from agent.files.record import NO_STATUS, Status, Trouble, status_of, trouble_of

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_ATTEMPTS = 3
_AT_ONCE = 1 << 20  # bytes read in one piece
NO_LIMIT = 1 << 62
MOST_UNASKED = 1 << 20  # bytes; larger files are shared out by their size, once that is known


class Hashed(NamedTuple):
    """A file's content as it was while its status stood still.

    Without status: it vanished. A regular file without digest and trouble was too large to be
    read now (`most_bytes`); its status is known.
    """

    key: bytes
    status: Status | None
    sha256: bytes | None
    trouble: Trouble = Trouble.NONE
    attributes: bytes | None = NOT_READ
    content: str = ""

    @property
    def postponed(self) -> bool:
        return (
            self.sha256 is None
            and not self.trouble
            and self.status is not None
            and stat.S_ISREG(self.status.mode)
        )


class Manner(NamedTuple):
    """How files are read."""

    pulse: Callable[[], None] = lambda: None  # called in a big file; it may raise to stop the work
    open: Callable[[bytes, int], int] = lambda key, flags: open_unseen(path_of(key), flags)
    most_bytes: int = NO_LIMIT  # of a file whose status nobody has asked for before


_HERE = Manner()


def hash_file(key: bytes, status: Status | None, manner: Manner = _HERE) -> Hashed:
    """Hash the file that lstat showed with this status (None: nobody has asked yet).

    It is read again when its status is another one afterwards; a file that never stands still
    is reported as unstable, with its last status.
    """
    for _ in range(_ATTEMPTS):
        try:
            found = _read(key, status, manner)
        except FileNotFoundError:
            return Hashed(key, None, None)
        except OSError as error:
            return _unread(key, status, error)
        if isinstance(found, Hashed):
            return found
        status = found
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


def _read(key: bytes, status: Status | None, manner: Manner) -> Hashed | Status:
    """Read it once; a status says that it did not stand still, and what it is now."""
    descriptor = manner.open(key, _OPEN_FLAGS)
    try:
        before = None
        if status is None:
            before = os.fstat(descriptor)
            status = status_of(before)
            if status.size > manner.most_bytes:
                return Hashed(key, status, None)
        if status.size < _AT_ONCE:
            content = os.read(descriptor, status.size + 1)
            head, length = content, len(content)
            digest = hashlib.sha256(content).digest()
        else:
            head, length, digest = _read_pieces(descriptor, status.size, manner.pulse)
        attributes = read_attributes(descriptor)
        seen = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    after = status if before is not None and _is_same(before, seen) else _after(status, seen)
    if after != status or length != after.size or not stat.S_ISREG(after.mode):
        return after
    judged = content_class(head[:HEAD_BYTES], length)
    return Hashed(key, status, digest, Trouble.NONE, attributes, judged)


def _is_same(before: os.stat_result, after: os.stat_result) -> bool:
    """All but the time of last access. Spares a second `Status`, a twentieth of a file's cost."""
    return (
        before.st_ctime_ns == after.st_ctime_ns
        and before.st_mtime_ns == after.st_mtime_ns
        and before[: stat.ST_ATIME] == after[: stat.ST_ATIME]
    )


def _after(status: Status, seen: os.stat_result) -> Status:
    after = status_of(seen)
    return after if status.inode else after._replace(inode=0)  # its filesystem makes them up


def _read_pieces(descriptor: int, size: int, pulse: Callable[[], None]) -> tuple[bytes, int, bytes]:
    """Head, length and digest; no further than the size: a log may grow faster than we read."""
    digest, left, head = hashlib.sha256(), size, b""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return b"", 0, b""
    buffer = memoryview(bytearray(_AT_ONCE))
    while left and (length := os.readv(descriptor, [buffer[:left]])):
        pulse()
        head = head or bytes(buffer[: min(length, HEAD_BYTES)])
        digest.update(buffer[:length])
        left -= length
    return head, size - left, digest.digest()


def _unread(key: bytes, status: Status | None, error: OSError) -> Hashed:
    try:
        status = status or status_of(os.lstat(path_of(key)))
    except FileNotFoundError:
        return Hashed(key, None, None)
    except OSError:
        return Hashed(key, NO_STATUS, None, trouble_of(error))
    return Hashed(key, status, None, trouble_of(error))
