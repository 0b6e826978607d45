"""The keyed root of a baseline: nobody without the facility's key can make one that fits."""

import hashlib

import msgspec

from agent.files.names import key_of
from agent.files.record import FileRecord
from wire.pseudonym import pseudonym

_encode = msgspec.msgpack.Encoder().encode
EntryRow = tuple[bytes, int, int, int, int, int, int, int, int, int, bytes | None, str]


class Digest:
    """The keyed root over a watched path and all its rows, in order."""

    def __init__(self, key: bytes, watched: bytes) -> None:
        self._key = key
        self._hash = hashlib.sha256(_encode(watched))

    def add(self, row: EntryRow) -> None:
        self._hash.update(_encode(row))

    def root(self) -> str:
        return pseudonym(self._key, "baseline", self._hash.digest())


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
    )
