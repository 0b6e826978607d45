"""What the ledger knows of one file."""

import errno
import os
import stat
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from agent.files.attributes import NOT_READ

_SIGNED_64 = 1 << 63
_DENIED = (errno.EACCES, errno.EPERM)


class Trouble(StrEnum):
    """Why a file's content, or what is inside a folder, is not known now."""

    NONE = ""
    DENIED = "denied"
    INPUT_OUTPUT = "io"
    TOO_LONG = "too_long"  # its path is longer than the kernel takes
    UNSTABLE = "unstable"  # it changed each time while it was read
    OTHER_FILESYSTEM = "other_filesystem"  # a mount point: not entered
    UNLISTED = "unlisted"  # lies in a folder that could not be entered


class Status(NamedTuple):
    """What lstat says, without the time of last access."""

    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    links: int


NO_STATUS = Status(0, 0, 0, 0, 0, 0, 0, 0, 0)  # of a thing that cannot be looked at
NOT_ASKED = Status(stat.S_IFREG, 0, 0, -1, 0, 0, 0, 0, 0)  # of a file that nobody has opened yet


class FileRecord(Struct, frozen=True, gc=False):
    """A file, folder, link or other thing, as last seen.

    `sha256` is of a file's content or of a symbolic link's target; None for everything else and
    where `trouble` says why.
    """

    path: bytes
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    links: int
    sha256: bytes | None
    hashed_at: int  # seconds since 1970, 0 when never
    trouble: str
    attributes: bytes | None = NOT_READ  # agent.files.attributes; None when it has none
    content: str = ""  # agent.files.content_class; empty when it was not judged

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)

    @property
    def is_directory(self) -> bool:
        return stat.S_ISDIR(self.mode)


def trouble_of(error: OSError) -> Trouble:
    if error.errno == errno.ENAMETOOLONG:
        return Trouble.TOO_LONG
    return Trouble.DENIED if error.errno in _DENIED else Trouble.INPUT_OUTPUT


def status_of(seen: os.stat_result) -> Status:
    numbers = (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_dev)
    if min(numbers) < -_SIGNED_64 or max(numbers) >= _SIGNED_64:
        numbers = (_fit(numbers[0]), _fit(numbers[1]), _fit(numbers[2]), _fit(numbers[3]))
    return Status(seen.st_mode, seen.st_uid, seen.st_gid, seen.st_size, *numbers, seen.st_nlink)


def status_without_inode(seen: os.stat_result) -> Status:
    """Of a filesystem that makes inode numbers up: they would differ after each mount."""
    return status_of(seen)._replace(inode=0)


StatusOf = Callable[[os.stat_result], Status]


def _fit(number: int) -> int:
    """SQLite's integers are signed: a time after 2262 or a huge inode wraps, and stays unique."""
    return (number + _SIGNED_64) % (2 * _SIGNED_64) - _SIGNED_64
