"""A time or a place that nobody watched, said as such."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from agent.config.model import Watched
from agent.integrity.live.alive import Down


class GapReason(StrEnum):
    """Why hints are missing; those of a time before the start are of `alive.Down`."""

    STOPPED = Down.STOPPED.value
    KILLED = Down.KILLED.value
    HOST_OFF = Down.HOST_OFF.value
    OVERFLOW = "overflow"  # the kernel had more to say than could wait
    MISSING = "missing"  # there is nothing at the watched path
    SILENT = "silent"  # whoever serves the files there does not answer
    REPLACED = "replaced"  # something else was mounted or put there
    FORGOTTEN = "forgotten"  # so much changed before somebody watched that not all of it was kept
    UNWATCHED = "unwatched"  # the configuration names the path no more
    SYMBOLIC_LINK = "symbolic_link"  # nothing below a link is watched


class WatchGap(Struct, frozen=True):
    """Nobody heard what happened below the watched path between these moments.

    `closed`: everything was looked at afterwards, so that only who did it is unknown.
    """

    watched: Watched
    reason: GapReason
    since: datetime
    at: datetime
    closed: bool = False
