"""What becomes of one thing that a look has seen, beside what the ledger knew of it."""

import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.clock import Clock
from agent.files.attributes import NOT_READ
from agent.files.hashing import Hashed, read_link, read_other
from agent.files.names import path_of
from agent.files.record import NO_STATUS, NOT_ASKED, Status, Trouble
from agent.files.rereading import Rereading
from agent.files.rows import Row, bare_row
from agent.files.walk import Seen
from agent.files.writer import RowWriter

_TOLD = 100  # troubles named one by one
_NANOSECONDS = 1_000_000_000

TroubleAt = tuple[bytes, Trouble]  # path, and why it was not looked at


@dataclass(slots=True)
class Refresh:
    """What a refresh saw and did."""

    present: bool = False  # False: there is nothing at the root's path
    files: int = 0  # regular files
    others: int = 0  # folders, links, FIFOs, sockets, devices
    bytes: int = 0
    hashed: int = 0
    hashed_bytes: int = 0
    removed: int = 0
    vanished: int = 0  # while we looked
    unreadable: int = 0  # files, and folders with all that is in them
    troubles: list[TroubleAt] = field(default_factory=list)  # the first 100
    filesystem: str = ""  # its type, as the kernel names it


class Reading(Protocol):
    """Who hashes."""

    def add(self, key: bytes, status: Status | None) -> Iterator[Sequence[Hashed]]:
        """Take a file on; give back what is done."""

    def rest(self) -> Iterator[Sequence[Hashed]]:
        """Everything that is still owed."""


class Examining:
    """Judges what was seen, has it hashed where needed, and gives the rows to the writer."""

    def __init__(
        self, writer: RowWriter, reading: Reading, clock: Clock, again: Rereading | None
    ) -> None:
        self.result = Refresh()
        self._writer = writer
        self._reading = reading
        self._clock = clock
        self._again = again
        self._read_again: dict[bytes, Row] = {}  # being read, though nothing about it changed

    def is_due(self, row: Row) -> bool:
        """Whether its content is read now, whatever else is so."""
        return (
            self._again is not None
            and row.sha256 is not None
            and stat.S_ISREG(row.mode)
            and self._again.due(row.key, row.hashed_at)
        )

    def take(self, seen: Seen, found: Row | None) -> None:
        """Something that is there, and can be looked at."""
        status = seen.status
        assert status is not None  # noqa: S101 - what is ignored comes to nobody
        if found is not None and found[1:10] == status and self._is_settled(found):
            self._count(status)
        elif status is NOT_ASKED:
            if found is not None:
                self._read_again[seen.key] = found
            self._read(seen.key, None)
        elif found is None or not _same(found, status) or not _settled(found):
            self._renew(seen.key, status)
        elif self.is_due(found):
            self._read_again[seen.key] = found
            self._read(seen.key, status)
        else:
            self._keep(found, status)

    def close_off(self, seen: Seen, found: Row | None, inside: Iterable[Row]) -> None:
        """A folder that is not entered: what is known inside it stays, marked as not seen."""
        assert seen.status is not None  # noqa: S101 - as above
        self._count(seen.status)
        self._tell(seen.key, seen.trouble)
        status = seen.status
        if found is not None and seen.trouble == Trouble.OTHER_FILESYSTEM and status is NO_STATUS:
            status = Status(*found[1:10])  # nobody answers there: as it was known
        new = bare_row(seen.key, status, seen.trouble, self._now_ns())
        if found is not None:
            new = new._replace(attributes=found.attributes)
        if found is None or found[:13] != new[:13]:
            self._writer.put(new)
        for inner in inside:
            if inner.trouble != Trouble.UNLISTED:
                self._writer.put(inner.troubled(Trouble.UNLISTED))

    def forget(self, row: Row) -> None:
        self.result.removed += 1
        self._writer.delete(row.key, self._now_ns())

    def finish(self) -> None:
        """Wait for everything that is still being hashed."""
        for batch in self._reading.rest():
            self._store(batch)

    def _is_settled(self, found: Row) -> bool:
        """Nothing about what is known is open: the way of nearly every file."""
        return _settled(found) and not (
            found.trouble or found.attributes == NOT_READ or self.is_due(found)
        )

    def _keep(self, found: Row, status: Status) -> None:
        """Nothing about it is new, at most something about what we knew."""
        self._count(status)
        if found.attributes == NOT_READ:
            self._add_attributes(found, status)
        elif found.trouble:
            self._writer.put(found.troubled(Trouble.NONE))
        elif found.device != status.device:  # the same disk under another number
            self._writer.put(found._replace(device=status.device))

    def _renew(self, key: bytes, status: Status) -> None:
        if stat.S_ISREG(status.mode):
            self._read(key, status)
        elif stat.S_ISLNK(status.mode):
            self._store((read_link(key, status),))
        else:
            self._store((read_other(key, status),))

    def _read(self, key: bytes, status: Status | None) -> None:
        for batch in self._reading.add(key, status):
            self._store(batch)

    def _add_attributes(self, found: Row, status: Status) -> None:
        """The record is older than this program, which keeps attributes, too."""
        read = read_other(found.key, status)
        if read.status is not None and not read.trouble:
            self._writer.put(found._replace(attributes=read.attributes, trouble=""))

    def _store(self, batch: Sequence[Hashed]) -> None:
        now_ns = self._now_ns()
        for hashed in batch:
            self._store_one(hashed, now_ns)

    def _store_one(self, hashed: Hashed, now_ns: int) -> None:
        status = hashed.status
        if status is None:
            self.result.vanished += 1
            self._writer.delete(hashed.key, now_ns)
            return
        if hashed.postponed:
            self._read(hashed.key, status)
            return
        self._count(status)
        if hashed.trouble:
            self._tell(hashed.key, hashed.trouble)
        elif stat.S_ISREG(status.mode):
            self.result.hashed += 1
            self.result.hashed_bytes += status.size
        known = self._read_again.pop(hashed.key, None)
        if known is not None and _same_reading(known, hashed):
            self._writer.confirm(known, now_ns // _NANOSECONDS)
        else:
            self._writer.put(_row(hashed, status, now_ns))

    def _now_ns(self) -> int:
        return int(self._clock.now().timestamp() * _NANOSECONDS)

    def _count(self, status: Status) -> None:
        if stat.S_ISREG(status.mode):
            self.result.files += 1
            self.result.bytes += status.size
        else:
            self.result.others += 1

    def _tell(self, key: bytes, trouble: Trouble) -> None:
        self.result.unreadable += 1
        if len(self.result.troubles) < _TOLD:
            self.result.troubles.append((path_of(key), trouble))


def _row(hashed: Hashed, status: Status, now_ns: int) -> Row:
    hashed_at = now_ns // _NANOSECONDS if hashed.sha256 else 0
    return Row(
        hashed.key,
        *status,
        hashed.sha256,
        hashed_at,
        hashed.trouble.value,  # what is no exact str costs SQLite a search for an adapter
        hashed.attributes,
        hashed.content,
        now_ns,
    )


def _same(row: Row, status: Status) -> bool:
    """Whether the status is what it was; the number of a device may be another after a start."""
    return row[1:8] == status[:7] and row.links == status.links


def _same_reading(known: Row, hashed: Hashed) -> bool:
    return (
        known.sha256 == hashed.sha256
        and known[1:10] == hashed.status
        and known[12:15] == (hashed.trouble, hashed.attributes, hashed.content)
    )


def _settled(row: Row) -> bool:
    """Whether what the row says about the content still holds for the same status."""
    if row.trouble not in (Trouble.NONE, Trouble.UNLISTED):
        return False
    has_content = stat.S_ISREG(row.mode) or stat.S_ISLNK(row.mode)
    return row.sha256 is not None or not has_content
