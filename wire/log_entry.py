"""One line of the log: what was received when, and its place in its facility's own chain.

`facility_previous` is the leaf hash of the facility's entry before, so that the inclusion of its
last leaf proves all of them and none can be left out. Facility "" is the province itself.
"""

from typing import Annotated

from msgspec import Struct

from wire import merkle
from wire.acts import ActStatement
from wire.codec import decode_as, encode
from wire.moments import LATEST_MS
from wire.privacy import Code, Count, Digest, OptionalCode, Privacy, classified

PROVINCE = ""
FIRST_PREVIOUS_LEAF = "0" * 64
_Milliseconds = Annotated[int, classified(Privacy.PUBLIC, ge=0, le=LATEST_MS)]


class LogEntry(Struct, frozen=True, array_like=True):
    """What the tree hashes; the envelope itself is kept beside it."""

    version: Count
    received_at_ms: _Milliseconds  # by the controller's clock, since 1970
    facility: OptionalCode
    facility_sequence: Count  # 1, 2, 3, … without a gap inside a facility
    facility_previous: Digest
    kind: Code
    envelope_digest: Digest


def entry_bytes(entry: LogEntry) -> bytes:
    return encode(entry)


def parse_entry(raw: bytes) -> LogEntry:
    return decode_as(LogEntry, raw)


def leaf(entry: LogEntry) -> bytes:
    """The entry's leaf hash in the log's tree."""
    return merkle.leaf_hash(entry_bytes(entry))


def facility_of_act(statement: ActStatement) -> str:
    """In whose chain an act stands: its facility's, or the province's where it has none."""
    facility: str = getattr(statement.act, "facility", PROVINCE)
    return facility
