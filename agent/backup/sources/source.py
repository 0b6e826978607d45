"""Whether a source is what it was: a run over an empty mount point must not make a point. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from wire.verdicts import Cause

_HISTORY = 5  # good runs that are compared with
_COLLAPSED = 0.5  # less than this share of the usual files or bytes is a collapse
_MOVED = 0.9  # on another mount, less than this share is not the same data
_FEWEST = 10  # below this many files shares say nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source looks like now; `devices` names the mounts it lies on."""

    missing: bool
    unreadable: bool
    files: int
    bytes: int
    devices: str


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier good run saw."""

    files: int
    bytes: int
    devices: str


def fault(seen: Seen, history: Sequence[Before]) -> Cause | None:
    """Why no point may be made of this source; `history` is newest first."""
    if seen.missing or (seen.files == 0 and not history and not seen.unreadable):
        return Cause.SOURCE_MISSING
    if seen.unreadable:
        return Cause.SOURCE_UNREADABLE
    if not history:
        return None
    recent = history[:_HISTORY]
    share = min(
        _share(seen.files, median(before.files for before in recent), _FEWEST),
        _share(seen.bytes, median(before.bytes for before in recent), 1),
    )
    if seen.devices != history[0].devices and share < _MOVED:
        return Cause.SOURCE_MISSING
    return Cause.SOURCE_SHRUNK if seen.files == 0 or share < _COLLAPSED else None


def _share(now: int, usual: float, fewest: int) -> float:
    return now / usual if usual >= fewest else 1.0
