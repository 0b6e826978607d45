"""Compare restored files with what was committed: size and SHA-256, and nothing besides."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from recovery.manifest import Entry

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG}
_AT_ONCE = 1 << 20
_BATCH = 512
_THREADS = 2  # the files still lie in the page cache: more would only wait for each other


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came back. `present` files were there as regular files, whatever was in them."""

    present: int = 0
    equal: int = 0
    bytes: int = 0
    mismatches: int = 0

    def __add__(self, other: "Comparison") -> "Comparison":
        return Comparison(
            self.present + other.present,
            self.equal + other.equal,
            self.bytes + other.bytes,
            self.mismatches + other.mismatches,
        )


@dataclass(frozen=True, slots=True)
class Content:
    """A restored file as it was read."""

    size: int
    sha256: bytes


def compare_all(tree: Path, entries: Iterable[Entry]) -> Comparison:
    """Every committed file against the restored tree, on two threads."""
    total, source = Comparison(), iter(entries)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="compare") as pool:
        while wave := list(islice(_batches(source), _THREADS * 4)):
            for part in pool.map(lambda batch: _compare_batch(tree, batch), wave):
                total += part
    return total


def count_files(tree: Path) -> int:
    """How many regular files the restored tree has, committed or not."""
    count, waiting = 0, [os.fsencode(tree)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    count += 1
    return count


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


def _batches(source: Iterator[Entry]) -> Iterator[list[Entry]]:
    while batch := list(islice(source, _BATCH)):
        yield batch


def _compare_batch(tree: Path, batch: list[Entry]) -> Comparison:
    present = equal = size = 0
    for entry in batch:
        content = read_restored(tree, entry.path)
        if content is not None:
            present += 1
            size += content.size
            equal += equals(content, entry)
    return Comparison(present, equal, size, len(batch) - equal)


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
