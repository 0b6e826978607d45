"""Reads a file within bounds, and only an ordinary one: a pipe or a device may never end."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agent.errors import UnreadableFactError

FILE_LIMIT_BYTES = 4 * 2**20
PIECE_BYTES = 64 * 2**10
NOTHING = os.makedev(1, 3)  # /dev/null, null(4)
_BINARY_TOO = ("/proc/", "/sys/")  # the kernel ends words with NUL there


@contextlib.contextmanager
def told(path: str) -> Iterator[None]:
    """Inside, what the system refuses becomes our error with its reason."""
    try:
        yield
    except OSError as error:
        raise UnreadableFactError(path, reason_of(error), str(error.strerror)) from error
    except ValueError as error:  # a name that holds a NUL
        raise UnreadableFactError(ascii(path), "failed", str(error)) from error


def reason_of(error: OSError) -> str:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "missing"
    return "denied" if isinstance(error, PermissionError) else "failed"


def text_of(path: str, place: Path, limit_bytes: int, *, flags: int = 0) -> str:
    """The text of the file at `place`, called `path` in what is said about it.

    Raises:
        UnreadableFactError: it is no ordinary file, too large, or holds NUL bytes: no program
            reads settings from behind one, so nothing is known from such a file.
    """
    descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | flags)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == NOTHING:
            return ""  # a link to /dev/null switches a drop-in off; sysctl.d(5)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFactError(path, "not_a_file")
        content = _within(descriptor, limit_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > limit_bytes:
        raise UnreadableFactError(path, "too_large", f"more than {limit_bytes} bytes")
    if b"\0" in content and not path.startswith(_BINARY_TOO):
        raise UnreadableFactError(path, "unparsable", "NUL bytes")
    return content.decode("utf-8", errors="replace")


def _within(descriptor: int, limit_bytes: int) -> bytes:
    """In pieces: the kernel refuses a large buffer for the files of /proc/sys."""
    content = bytearray()
    while len(content) < limit_bytes:
        piece = os.read(descriptor, min(PIECE_BYTES, limit_bytes - len(content)))
        if not piece:
            break
        content += piece
    return bytes(content)
