"""Look into folders and read objects without ever following a link that somebody put there.

Every folder is entered through the descriptor of the one above it, every file is looked at again
through its own descriptor, so that nothing can be exchanged between the look and the reading.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.sites.janitor.judge import Content
from agent.sites.janitor.memory import status_word

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Read:
    """What reading showed, and of which state of the file. None: it was exchanged meanwhile."""

    status: str | None
    content: Content
    sha256: str = ""
    kept: bytes = b""  # its first bytes, as many as were asked for


@contextlib.contextmanager
def opened_folder(name: str | Path, above: int | None = None) -> Iterator[int]:
    """Its descriptor.

    Raises:
        OSError: it is not there, is no folder, or is a link.
    """
    descriptor = os.open(name, _FOLDER, dir_fd=above)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def opened_below(repository: int, folder: str) -> Iterator[int]:
    """A folder inside the repository, one name after the other ("" is the repository itself)."""
    with contextlib.ExitStack() as stack:
        descriptor = repository
        for name in filter(None, folder.split("/")):
            descriptor = stack.enter_context(opened_folder(name, descriptor))
        yield descriptor


def entries(folder: int) -> Iterator[tuple[str, os.stat_result]]:
    """Names with what lstat says of them, one at a time: a flooded folder fits into memory."""
    with os.scandir(folder) as listed:
        for one in listed:
            try:
                yield one.name, os.stat(one.name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:  # locks come and go
                continue


def read_object(
    folder: int, name: str, keep: int = 0, pulse: Callable[[], None] = lambda: None
) -> Read:
    """Hash one file, and keep its first bytes.

    `pulse` is called between pieces; what it raises ends the reading.
    """
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError:
        return Read(None, Content.UNREADABLE)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return Read(None, Content.UNREADABLE)
        sha256, kept = _hashed(descriptor, before.st_size, keep, pulse)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # leave the cache to others
        after = os.fstat(descriptor)
    except OSError:
        return Read(None, Content.UNREADABLE)
    finally:
        os.close(descriptor)
    if status_word(after) != status_word(before):
        return Read(None, Content.UNREAD)
    content = Content.GOOD if sha256 == name else Content.DIFFERS
    return Read(status_word(before), content, sha256, kept)


def _hashed(descriptor: int, size: int, keep: int, pulse: Callable[[], None]) -> tuple[str, bytes]:
    """Read no further than its size at the start: somebody may write without end."""
    digest, left, kept = hashlib.sha256(), size, bytearray()
    while left and (piece := os.read(descriptor, min(_AT_ONCE, left))):
        pulse()
        kept += piece[: keep - len(kept)]
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest(), bytes(kept)
