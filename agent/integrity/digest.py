"""The keyed root of a baseline: nobody without the facility's key can make one that fits.

The root stands over every row in order, over the facts of the approval (who, when, what was
reviewed), and over the root that was approved before it. So the roots are a chain.
"""

import hashlib

import msgspec
from msgspec import Struct

from agent.files.names import key_of
from agent.files.record import FileRecord
from wire.pseudonym import pseudonym

_encode = msgspec.msgpack.Encoder().encode
BARE, CHAINED = 1, 2  # shapes: without attributes and approval, as it was once; and with them
_BARE_COLUMNS = 12
EntryRow = tuple[
    bytes, int, int, int, int, int, int, int, int, int, bytes | None, str, bytes | None, str
]


class Approval(Struct, frozen=True):
    """Who approved a state, and what was looked at for it."""

    people: tuple[str, ...] = ()  # `uid:1001`; two where the configuration says so
    review: str = ""  # the scan's code; empty: the present state as a whole
    part: bool = False  # only some of what the scan showed


class Facts(Struct, frozen=True, array_like=True):
    """What a root says beside the rows."""

    number: int  # in the chain of all watched paths of this host
    previous: str  # the root that was approved before
    watched: bytes
    made_at: int
    files: int
    bytes: int
    unreadable: int
    people: tuple[str, ...]
    review: str
    part: bool
    entries: str  # keyed digest of the rows


class Digest:
    """The keyed digest over a watched path and all its rows, in order."""

    def __init__(self, key: bytes, watched: bytes, shape: int = CHAINED) -> None:
        self._key = key
        self._shape = shape
        self._hash = hashlib.sha256(_encode(watched))

    def add(self, row: EntryRow) -> None:
        self._hash.update(_encode(row if self._shape == CHAINED else row[:_BARE_COLUMNS]))

    def entries(self) -> str:
        purpose = "baseline.entries" if self._shape == CHAINED else "baseline"
        return pseudonym(self._key, purpose, self._hash.digest())


def root_of(key: bytes, facts: Facts) -> str:
    return root_over(key, _encode(facts))


def root_over(key: bytes, facts: bytes) -> str:
    """Of facts as they are stored: nothing is decoded that does not bear our root."""
    return pseudonym(key, "baseline", facts)


class Intake:
    """Turns records into rows and counts them, while the digest takes each in."""

    def __init__(self, key: bytes, watched: bytes) -> None:
        self.digest = Digest(key, watched)
        self.files = 0
        self.bytes = 0
        self.unreadable = 0

    def take(self, record: FileRecord) -> EntryRow:
        if record.is_file:
            self.files += 1
            self.bytes += record.size
        if record.trouble:
            self.unreadable += 1
        row = entry_row(record)
        self.digest.add(row)
        return row


def entry_row(record: FileRecord) -> EntryRow:
    return (
        key_of(record.path),
        record.mode,
        record.uid,
        record.gid,
        record.size,
        record.mtime_ns,
        record.ctime_ns,
        record.inode,
        record.device,
        record.links,
        record.sha256,
        record.trouble,
        record.attributes,
        record.content,
    )
