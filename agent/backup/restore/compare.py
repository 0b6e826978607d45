"""Compares what a restore has written with the point: content, kind, owner, mode, times."""

import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from agent.backup.joining import nanoseconds
from agent.backup.restore.differences import Difference, Kind
from agent.files.restored import Content, equals, read_restored
from agent.progress import Meter
from agent.restic.output import Node
from agent.restic.trees import TreeNode
from recovery.manifest import Entry

_THREADS = 2  # the files still lie in the page cache: more would only wait for each other
_BATCH = 64
# Bits of a mode as restic stores it. Source: Go, io/fs.FileMode.
_SET_UID, _SET_GID, _STICKY = 1 << 23, 1 << 22, 1 << 20
_TYPES = {
    "file": stat.S_ISREG,
    "dir": stat.S_ISDIR,
    "symlink": stat.S_ISLNK,
    "fifo": stat.S_ISFIFO,
    "dev": stat.S_ISBLK,
    "chardev": stat.S_ISCHR,
    "socket": stat.S_ISSOCK,
}
_UNPRINTABLE = "\ufffd"


def contents(tree: Path, entries: Iterable[Entry], meter: Meter) -> Iterator[Difference]:
    """Every committed file against the restored tree, by its SHA-256."""
    files = size = 0
    source = iter(entries)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="compare") as pool:
        while few := list(islice(source, _BATCH)):
            found = pool.map(lambda entry: _read(tree, entry.path), few)
            for entry, content in zip(few, found, strict=True):
                files, size = files + 1, size + entry.size
                if content is not None and not equals(content, entry):
                    yield Difference(entry.path, Kind.CONTENT)
            meter.tell(files, size)


def _read(tree: Path, path: bytes) -> Content | None:
    """The mode of a file that its owner may not read is changed for the look only."""
    place = _place(tree, path)
    before = _seen(place)
    content = read_restored(tree, path)
    if before is not None and content is not None:
        mode = stat.S_IMODE(before.st_mode)
        if stat.S_IMODE(os.lstat(place).st_mode) != mode:
            os.chmod(place, mode, follow_symlinks=False)  # noqa: PTH101 - bytes
    return content


def statuses(tree: Path, nodes: Iterable[Node]) -> Iterator[Difference]:
    """Every listed entry against what lies there now.

    Names that restic's JSON cannot write are compared with their tree's (`restore_attributes`).
    """
    for node in nodes:
        if _UNPRINTABLE not in node.path:
            yield from status(tree, node.path.encode("utf-8", "surrogatepass"), node)


def status(tree: Path, path: bytes, node: Node | TreeNode) -> Iterator[Difference]:
    """Kind, size, owner, mode and time of one entry."""
    seen = _seen(_place(tree, path))
    if seen is None:
        yield Difference(path, Kind.MISSING)
        return
    is_type = _TYPES.get(node.type)
    if is_type is None or not is_type(seen.st_mode):
        yield Difference(path, Kind.TYPE)
        return
    if node.type == "file" and seen.st_size != node.size:
        yield Difference(path, Kind.CONTENT)
    if (seen.st_uid, seen.st_gid) != (node.uid, node.gid):
        yield Difference(path, Kind.OWNER)
    if node.type != "symlink" and stat.S_IMODE(seen.st_mode) != _mode(node.mode):
        yield Difference(path, Kind.MODE)
    if seen.st_mtime_ns != nanoseconds(node.mtime):
        yield Difference(path, Kind.TIME)


def _mode(mode: int) -> int:
    special = (
        (_SET_UID, stat.S_ISUID),
        (_SET_GID, stat.S_ISGID),
        (_STICKY, stat.S_ISVTX),
    )
    return (mode & 0o777) | sum(bit for flag, bit in special if mode & flag)


def _place(tree: Path, path: bytes) -> bytes:
    return os.fsencode(tree) + b"/" + path.lstrip(b"/")


def _seen(place: bytes) -> os.stat_result | None:
    try:
        return os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
