"""The evidence pack: which files it holds and what stands in them. Writer and reader share this.

pack.dsse                 PackStatement, signed by the order key: the digests of all other files
log/checkpoint.txt        the signed checkpoint that everything is proved against
log/heads.ndjson          every facility's newest entry at that checkpoint (HeadLine)
log/province.ndjson       the province's own entries (EntryLine)
log/facility.ndjson       the facility's entries (EntryLine)
log/inclusion.ndjson      proofs of the places that matter (InclusionLine; `boundary_indexes`)
log/witnesses.ndjson      checkpoints that agents hold, with their proofs (WitnessLine)
catalogues/DIGEST.yaml    the catalogues that its scores were computed with
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Struct

from wire.codec import LIMIT_BYTES
from wire.log_entry import LogEntry
from wire.privacy import Code, Count, Digest, Moment, OptionalCode, Privacy, Sentence, classified

KIND = "pack"
STATEMENT = "pack.dsse"
CHECKPOINT = "log/checkpoint.txt"
HEADS = "log/heads.ndjson"
PROVINCE = "log/province.ndjson"
FACILITY = "log/facility.ndjson"
INCLUSION = "log/inclusion.ndjson"
WITNESSES = "log/witnesses.ndjson"
ALWAYS = (CHECKPOINT, FACILITY, HEADS, INCLUSION, PROVINCE, WITNESSES)
LINE_BYTES = LIMIT_BYTES + 64 * 1024  # an envelope with its quotes escaped, and its entry
CATALOGUE_BYTES = 4 * LIMIT_BYTES

_FileName = Annotated[str, classified(Privacy.PUBLIC, pattern=r"^[a-z0-9./_-]{1,120}\Z")]
_Envelope = Annotated[str, classified(Privacy.PUBLIC, max_length=LIMIT_BYTES)]


class PackStatement(Struct, frozen=True):
    """What the controller answers for when it hands out a pack."""

    province: Code
    facility: Code
    made_at: Moment
    log_size: Count
    files: dict[_FileName, Digest]
    v: Count = 1


class HeadLine(Struct, frozen=True):
    """One facility's newest entry; facility "" is the province."""

    facility: OptionalCode
    sequence: Count
    leaf: Digest


class EntryLine(Struct, frozen=True):
    """One entry at its place in the log, with the bytes that were signed."""

    index: Count
    entry: LogEntry
    envelope: _Envelope


class InclusionLine(Struct, frozen=True):
    """The audit path of one entry."""

    index: Count
    path: tuple[Digest, ...]


class WitnessLine(Struct, frozen=True):
    """A checkpoint that an agent was given, with its proof that history was not rewritten since.

    `agent` is empty for a checkpoint that the controller itself gave away, in an earlier pack.
    """

    facility: OptionalCode
    agent: OptionalCode
    checkpoint: Sentence
    path: tuple[Digest, ...]


def catalogue_name(digest: str) -> str:
    return f"catalogues/{digest}.yaml"


def boundary_indexes(indexes: Sequence[int], log_sizes: Iterable[int]) -> set[int]:
    """The places to prove: the last entry, and both neighbours of every position scored at.

    With them, and the chain between them, nobody can move an entry across a score's position.

    Args:
        indexes: of one facility's entries in the log, ascending.
        log_sizes: the positions that its stored scores name.
    """
    wanted = set(indexes[-1:])
    for size in log_sizes:
        place = bisect_left(indexes, size)
        wanted.update(indexes[max(0, place - 1) : place + 1])
    return wanted
