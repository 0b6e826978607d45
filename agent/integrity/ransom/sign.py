"""What one changed file shows by itself: a sign of an attack, or nothing. Pure."""

from typing import NamedTuple

from agent.files.content_class import (
    EMPTY,
    ENCODED,
    LOCKED,
    OLD_TEXT,
    RANDOM,
    SHAPELESS,
    TEXT,
    TEXTS,
    UNKNOWN,
    ZEROS,
)
from agent.integrity.change import Change, Kind
from agent.integrity.ransom.observation import Observation, Probe
from agent.integrity.ransom.suspicion import Reason
from agent.integrity.seen import LONG_AGO
from agent.integrity.who.record import Who

# Content of these classes can be lost no further. Empty: nobody knows what it was.
NOTHING_TO_LOSE = frozenset({"", EMPTY, ZEROS, RANDOM, ENCODED, *LOCKED})


_DOCUMENTS = frozenset({"zip", "ole", "pdf", "rtf", "jpeg", "png", "gif", "tiff", "bmp", "dicom"})
_NO_DOCUMENT = frozenset(
    (
        *("elf", "exe", "class", "font", "disk", "lnk", "rpm", "ar", "gitpack", "evtx", "registry"),
        *("mp3", "mp4", "flac", "ogg", "matroska", "pst", "jet", "pgdump", "bzip2", "zstd", "lz4"),
        "rar",
    )
)
_IN_PLACE = frozenset({Kind.MODIFIED, Kind.RENAMED})  # one may be renamed and written to at once


class Sign(NamedTuple):
    """One file that was lost."""

    path: bytes  # under which it was known
    reason: Reason
    at: float  # seconds since 1970, when it was seen
    since: float | None  # the earliest moment it may have happened; None: nobody knows
    who: Who | None
    folder: bytes = b""  # of a pair that only size, inode or a random name suggest


def sign(path: bytes, reason: Reason, observation: Observation) -> Sign:
    seen = observation.seen
    since = seen.at if seen.since is None else seen.since
    unknown = since == LONG_AGO
    return Sign(path, reason, seen.at.timestamp(), None if unknown else since.timestamp(), seen.who)


def sign_of(observation: Observation) -> Reason | None:
    """The sign, of a file that was there before and holds something else now."""
    change = observation.seen.change
    if change.kind not in _IN_PLACE or not has_other_content(change):
        return None
    before, after = observation.before_class, observation.after_class
    return lost(before, after, observation.probe) or _masked(change, before, after)


def _masked(change: Change, before: str, after: str) -> Reason | None:
    """Whether a document became, under its own name, what no document is ever turned into.

    Who writes a few magic bytes before a cipher makes it look like a film or a program.
    """
    kept = change.kind is Kind.MODIFIED
    return Reason.MAGIC_LOST if kept and before in _DOCUMENTS and after in _NO_DOCUMENT else None


def has_other_content(change: Change) -> bool:
    """Whether a file holds something else than before; one that could not be read does not say."""
    before, after = change.before, change.after
    if before is None or after is None or not after.is_file or after.sha256 is None:
        return False
    return before.sha256 != after.sha256


def lost(before: str, after: str, probe: Probe | None) -> Reason | None:
    """How content of one class was lost when there is the other now."""
    if before in NOTHING_TO_LOSE:
        return None
    if after in LOCKED:
        return Reason.LOCKED
    if after == ZEROS or (after == EMPTY and before not in TEXTS):  # logs are emptied every day
        return Reason.WIPED
    if before == UNKNOWN:
        return Reason.ENTROPY_JUMP if after in (RANDOM, ENCODED) else None
    if after in SHAPELESS or (before == TEXT and after == OLD_TEXT):  # nobody goes back to it
        return Reason.MAGIC_LOST
    return _inside(probe)


def _inside(probe: Probe | None) -> Reason | None:
    """The beginning is as it must be; what was read of the rest may not be."""
    if probe is None or not probe.read:
        return None
    if probe.broken:
        return Reason.STRUCTURE_BROKEN
    return Reason.INTERMITTENT if probe.foreign else None
