"""Joins a snapshot's own listing with the ledger of hashes: what of it can be proved. Pure.

A file is proved when the ledger hashed it at the very size, mtime and ctime that the snapshot
recorded: both then read the same content. Everything else is counted as unproven.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from agent.files.names import key_of
from agent.files.record import FileRecord
from agent.restic.output import Node
from recovery.manifest import Entry

_NANOSECONDS = 1_000_000_000
_SECOND_DIGITS = 19  # 2026-11-21T23:48:11
_UNPRINTABLE = "\ufffd"  # stands in restic's JSON for bytes that are no UTF-8: no name to go by
_END: tuple[bytes, None] = (b"", None)


class Join:
    """The files of a snapshot beside the ledger's, both read once, in the order of a walk.

    A listing that is out of order proves less, never more: what is passed by stays unproven.
    """

    def __init__(self, nodes: Iterable[Node], records: Iterable[FileRecord], prefix: bytes) -> None:
        self._nodes = nodes
        self._records = records
        self._cut = len(prefix)
        self.files = 0  # of the snapshot, whole once `proved` has ended

    def proved(self) -> Iterator[Entry]:
        """The files that the snapshot holds just as they were hashed, in their order."""
        records = self._hashed()
        key, record = next(records, _END)
        for node in self._files():
            if _UNPRINTABLE in node.path:
                continue
            path = node.path.encode("utf-8", "surrogatepass")
            wanted = key_of(path)
            while record is not None and key < wanted:
                key, record = next(records, _END)
            if record is not None and key == wanted and _same(node, record):
                yield Entry(path, record.size, record.sha256 or b"")

    def _files(self) -> Iterator[Node]:
        for node in self._nodes:
            if node.type == "file":
                self.files += 1
                yield node
            elif node.type == "unreadable":
                self.files += 1

    def _hashed(self) -> Iterator[tuple[bytes, FileRecord | None]]:
        cut = self._cut
        for record in self._records:
            if record.sha256 and record.is_file:
                yield key_of(record.path[cut:]), record


def _same(node: Node, record: FileRecord) -> bool:
    return (
        node.size == record.size
        and nanoseconds(node.mtime) == record.mtime_ns
        and nanoseconds(node.ctime) == record.ctime_ns
    )


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
