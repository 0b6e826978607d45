"""Marks that the watching goes on; at the next start they say since when nobody watched.

A wall clock can be set back a year, so a mark holds the boot's id and the time since the boot, too.
"""

import contextlib
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.integrity.live.limit import Limit

UNKNOWN_NS = 0
_ROOM = 4096  # taken at least, and always in whole pieces
MARK_FILE = "watching.json"  # in the state folder


class Down(StrEnum):
    """Why nobody watched."""

    STOPPED = "stopped"  # the agent was asked to end
    KILLED = "killed"  # it ended without a word, and the host went on
    HOST_OFF = "host_off"  # the host was off, or crashed


class Root(Struct, frozen=True):
    """How one watched path is watched."""

    path: bytes
    way: str  # fanotify | inotify | looks | off
    there: bool
    heard_from_ns: int  # without a break since then, UTC
    held_ns: int = UNKNOWN_NS  # whatever changed until then was told, UTC
    every_s: int = 0  # how often it is looked at, where only looks find everything
    answers: bool = True  # False: nobody answers there, so that nothing of it is known


class Mark(Struct, frozen=True):
    """The watching as it was at one moment."""

    boot_id: str
    boot_ns: int  # since the boot, with the time asleep
    wall_ns: int  # UTC
    pid: int
    begun_ns: int  # UTC
    roots: tuple[Root, ...] = ()
    limits: tuple[Limit, ...] = ()
    waiting: int = 0  # touched paths that were not looked at yet
    trouble: Limit | None = None  # why what was seen cannot be stored now
    overflows: int = 0  # since begun
    orderly: bool = False  # this is the last mark, and nothing went wrong
    number: int = 0  # ascending: the file's own


@dataclass(frozen=True, slots=True)
class Moments:
    """This host's clocks."""

    boot_id: str
    wall_ns: Callable[[], int]
    boot_ns: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Away:
    """A time without watching, in the present clock's terms; `since_ns` may be UNKNOWN_NS."""

    since_ns: int
    until_ns: int
    why: Down


def away(before: Mark, moments: Moments) -> Away:
    """Since when nobody watched, and why. Pure but for the clocks."""
    now_ns, up_ns = moments.wall_ns(), moments.boot_ns()
    if before.boot_id == moments.boot_id:
        since_ns = now_ns - max(0, up_ns - before.boot_ns)
        return Away(since_ns, now_ns, Down.STOPPED if before.orderly else Down.KILLED)
    booted_ns = now_ns - up_ns
    since_ns = before.wall_ns if before.wall_ns <= booted_ns else UNKNOWN_NS  # clock was set back
    return Away(since_ns, now_ns, Down.STOPPED if before.orderly else Down.HOST_OFF)


@dataclass(frozen=True, slots=True)
class MarkFile:
    """The newest mark, beside the databases: it must be writable when they are busy.

    Two files take turns, each written over in the room that it has: on a full disk, too, and one of
    them is always whole.
    """

    file: Path

    def read(self) -> Mark | None:
        """None where there never was one, or what is there cannot be understood."""
        return max(filter(None, map(_decoded, self._files)), key=_number, default=None)

    def write(self, mark: Mark) -> bool:
        """Whether it is on the disk. A full disk must not end the watching."""
        numbers = {file: _number(_decoded(file)) for file in self._files}
        oldest = min(numbers, key=numbers.__getitem__)
        content = msgspec.json.encode(replace(mark, number=max(numbers.values()) + 1))
        with contextlib.suppress(OSError):
            _write_over(oldest, content + b" " * (-len(content) % _ROOM))
            return True
        return False

    @property
    def _files(self) -> tuple[Path, Path]:
        return self.file, self.file.with_name(f"{self.file.stem}-2{self.file.suffix}")


def _number(mark: Mark | None) -> int:
    return -1 if mark is None else mark.number


def _decoded(file: Path) -> Mark | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None


def _write_over(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.pwrite(descriptor, content, 0) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
