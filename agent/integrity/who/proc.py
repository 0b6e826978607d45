"""What /proc says of a process while it lives.

A process that ends is not an error here: what it did not tell is None, and stays unknown. Each
answer comes through a descriptor of /proc/PID, which means one process even if its number is given
to another meanwhile.

Source: proc(5).
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

_LONGEST_COMMAND = 1024  # bytes that are kept of it; more is never shown
_KERNEL_THREAD = 0x00200000  # PF_KTHREAD
_UNSET = 0xFFFFFFFF
_DELETED = b" (deleted)"  # as the kernel says it of a file that has no name any more
ELSEWHERE = b" (elsewhere)"  # of one that has this name only in a world of its process's own
_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_PARENT, _FLAGS, _START = 1, 6, 19  # of stat, after the name
_MOST_KNOWN = 1024
_known_here: dict[bytes, tuple[int, int, int]] = {}  # programs of this host, as they were last


class Image(NamedTuple):
    """What a process runs: the program as the kernel names it, and what it was called with."""

    exe: bytes
    arguments: bytes  # each ends with NUL; cut at 1,024 bytes

    @property
    def is_kernels(self) -> bool:
        """Whether it is a thread of the kernel's own; a program's name begins with a slash."""
        return self.exe.startswith(b"[")


class Person(NamedTuple):
    """In whose name a process works."""

    real: int
    effective: int
    login: int | None
    session: int | None

    @property
    def user(self) -> int:
        """Whose process; where root serves somebody, whom it serves."""
        return self.real or self.effective


class Found(NamedTuple):
    """A process that was there when we looked."""

    pid: int
    parent: int
    born_ns: int  # CLOCK_MONOTONIC, within about 10 ms
    person: Person
    image: Image | None  # None: it is not ours to ask, or has just ended
    looked_ns: int  # when we began to look


def image(pid: int) -> Image | None:
    """None: it has ended, or it is not ours to ask."""
    with suppress(OSError), _opened(pid) as folder:
        return _image(folder)
    return None


def person(pid: int) -> Person | None:
    with suppress(OSError), _opened(pid) as folder:
        return _person(folder)
    return None


def login(pid: int) -> tuple[int | None, int | None] | None:
    """Login uid and session."""
    with suppress(OSError), _opened(pid) as folder:
        return _login(folder)
    return None


def threads(pid: int) -> int:
    """0: it is gone. More than one is also said where nobody answers."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208 - names alone
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except OSError:
        return 2


def found(pid: int) -> Found | None:
    looked_ns = time.monotonic_ns()
    with suppress(OSError), _opened(pid) as folder:
        name, fields = _stat(folder)
        kernels = int(fields[_FLAGS]) & _KERNEL_THREAD
        since_boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()
        runs: Image | None = None
        if kernels:
            runs = Image(b"[" + name + b"]", b"")
        else:
            with suppress(OSError):
                runs = _image(folder)
        return Found(
            pid=pid,
            parent=int(fields[_PARENT]),
            born_ns=int(fields[_START]) * _TICK_NS - since_boot,
            person=_person(folder),
            image=runs,
            looked_ns=looked_ns,
        )
    return None


def everything() -> Iterator[Found]:
    """All processes that live now and may be asked."""
    for name in os.listdir("/proc"):  # noqa: PTH208 - a thousand names, ten times a bomb
        if name.isdecimal():
            process = found(int(name))
            if process is not None:
                yield process


@contextmanager
def _opened(pid: int) -> Iterator[int]:
    folder = os.open(f"/proc/{pid}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def _image(folder: int) -> Image:
    """What only the process can tell is asked first: it may end at any moment."""
    exe = os.readlink(b"exe", dir_fd=folder)
    file = os.stat(b"exe", dir_fd=folder)
    arguments = _text(b"cmdline", folder, _LONGEST_COMMAND)
    if not exe.endswith(_DELETED) and not _is_here(exe, file):
        exe += ELSEWHERE
    return Image(exe, arguments)


def _is_here(exe: bytes, running: os.stat_result) -> bool:
    """Whether this host has this very file under the name.

    A container, and anybody with a namespace of his own, can give any file any name.
    """
    file = running.st_dev, running.st_ino, running.st_ctime_ns
    if _known_here.get(exe) == file:  # neither written to nor renamed since
        return True
    try:
        named = os.stat(exe)  # noqa: PTH116 - bytes
    except OSError:
        return False
    if len(_known_here) >= _MOST_KNOWN:
        _known_here.clear()
    _known_here[exe] = named.st_dev, named.st_ino, named.st_ctime_ns
    return _known_here[exe] == file


def _person(folder: int) -> Person:
    for line in _text(b"status", folder).split(b"\n"):
        if line.startswith(b"Uid:"):
            real, effective = line.split()[1:3]
            return Person(int(real), int(effective), *_login(folder))
    raise ProcessLookupError


def _login(folder: int) -> tuple[int | None, int | None]:
    """Both None: nobody logged in, or a kernel without audit."""
    if not _has_logins():
        return None, None
    user = _number(b"loginuid", folder)
    return user, None if user is None else _number(b"sessionid", folder)


@cache
def _has_logins() -> bool:
    return Path("/proc/self/loginuid").exists()


def _number(name: bytes, folder: int) -> int | None:
    number = int(_text(name, folder))
    return None if number == _UNSET else number


def _stat(folder: int) -> tuple[bytes, list[bytes]]:
    """The name that a process gives itself may hold anything, brackets and spaces too."""
    head, _, tail = _text(b"stat", folder).rpartition(b")")
    return head.partition(b"(")[2], tail.split()


def _text(name: bytes, folder: int, most: int = 4096) -> bytes:
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(file, most)
    finally:
        os.close(file)
