"""Joins a snapshot's own listing with the ledger of hashes: what of it can be proved. Pure.

A file is proved when the ledger hashed it at the very size, mtime and ctime that the snapshot
recorded: both then read the same content. Everything else is counted as unproven.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from agent.files.record import FileRecord
from agent.restic.output import Node
from recovery.manifest import Entry

_NANOSECONDS = 1_000_000_000
_SECOND_DIGITS = 19  # 2026-11-21T23:48:11


class Listing:
    """The files of a snapshot, each as one number: 64 bits of path, size, mtime and ctime.

    One number a file keeps a million files in some 100 MB; two files that share a number by
    chance (1 in 10^13 for a million files) would only exchange their counts.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._waiting: set[int] = set()
        self.files = 0
        unreadable = 0
        for node in nodes:
            if node.type == "file":
                self.files += 1
                self._waiting.add(_mark_of_node(node))
            elif node.type == "unreadable":
                unreadable += 1
        self.files += unreadable

    def proved(self, records: Iterable[FileRecord], prefix: bytes) -> Iterator[Entry]:
        """The records that the snapshot holds just as they were hashed, in their order."""
        cut = len(prefix)
        for record in records:
            if not record.sha256 or not record.is_file:
                continue
            path = record.path[cut:]
            mark = hash((path, record.size, record.mtime_ns, record.ctime_ns))
            if mark in self._waiting:
                self._waiting.discard(mark)
                yield Entry(path, record.size, record.sha256)


def _mark_of_node(node: Node) -> int:
    path = node.path.encode("utf-8", "surrogatepass")
    return hash((path, node.size, nanoseconds(node.mtime), nanoseconds(node.ctime)))


def nanoseconds(moment: str) -> int:
    """Nanoseconds since 1970 of restic's time, which has up to nine digits behind the point.

    Returns:
        -1 for a text that is no time: it then matches no file.
    """
    try:
        seconds = _seconds(moment[:_SECOND_DIGITS])
        rest = moment[_SECOND_DIGITS:]
        if not rest.endswith("Z"):
            return _with_offset(moment)
        fraction = rest[1:-1]
        return seconds * _NANOSECONDS + (int(fraction.ljust(9, "0")) if fraction else 0)
    except ValueError:
        return -1


@lru_cache(maxsize=4096)
def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _with_offset(moment: str) -> int:
    """A snapshot made under another time zone: +07:00 instead of Z."""
    offset = moment[-6:]
    fraction = moment[_SECOND_DIGITS:-6].removeprefix(".")
    seconds = int(datetime.fromisoformat(moment[:_SECOND_DIGITS] + offset).timestamp())
    return seconds * _NANOSECONDS + (int(fraction.ljust(9, "0")) if fraction else 0)
