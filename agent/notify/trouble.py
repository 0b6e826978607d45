"""What a mail may tell of: each field with its privacy class, for a mail leaves the host.

The owner names the receivers, and so discloses to them the names of datasets and sites. Names of
files and folders, addresses, restic's words and everything about people stay here.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from wire.privacy import Code, Count, Disclosed, Moment, OptionalCode, Privacy, classified
from wire.verdicts import Cause

_P = classified(Privacy.PUBLIC)  # closed sets are public codes


class Kind(StrEnum):
    """What is wrong, the worst first."""

    SUSPICION = "SUSPICION"
    BACKUP_MISSED = "BACKUP_MISSED"
    BACKUP_DAMAGED = "BACKUP_DAMAGED"
    PROTECTION_LOST = "PROTECTION_LOST"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    NO_NEW_POINT = "NO_NEW_POINT"
    DRILL_FAILED = "DRILL_FAILED"
    EVENTS_CHANGED = "EVENTS_CHANGED"
    SUSPICIONS_LOST = "SUSPICIONS_LOST"
    NOT_WATCHED = "NOT_WATCHED"
    COULD_NOT_WATCH = "COULD_NOT_WATCH"
    SITE_FAILS = "SITE_FAILS"
    NOT_TWO_SITES = "NOT_TWO_SITES"
    UNEXPLAINED_CHANGES = "UNEXPLAINED_CHANGES"
    WATCH_GAP = "WATCH_GAP"
    CLOCK = "CLOCK"
    ROGUE_OBJECTS = "ROGUE_OBJECTS"
    JANITOR_WARNS = "JANITOR_WARNS"
    SITE_FILLING = "SITE_FILLING"
    OFFLINE_COPY_OLD = "OFFLINE_COPY_OLD"
    RETENTION_HELD = "RETENTION_HELD"
    CONTROLLER_AWAY = "CONTROLLER_AWAY"


CRITICAL = frozenset(
    {
        Kind.SUSPICION,
        Kind.BACKUP_MISSED,
        Kind.BACKUP_DAMAGED,
        Kind.PROTECTION_LOST,
        Kind.UNKNOWN_KEY,
        Kind.NO_NEW_POINT,
        Kind.DRILL_FAILED,
        Kind.EVENTS_CHANGED,
        Kind.SUSPICIONS_LOST,
        Kind.NOT_WATCHED,
        Kind.COULD_NOT_WATCH,
    }
)
URGENT = frozenset({Kind.SUSPICION})  # told in quiet hours, too
GROWING = frozenset({Kind.UNEXPLAINED_CHANGES, Kind.WATCH_GAP})  # more of them is news again


class Trouble(Struct, frozen=True):
    """One thing that is wrong; `name` says which, whatever else is known of it now."""

    kind: Annotated[Kind, _P]
    subject: Disclosed = ""  # a dataset's name, where it is about one dataset
    site: OptionalCode = ""
    cause: Annotated[Cause, _P] | None = None
    detail: OptionalCode = ""  # a drill's class, a janitor's sign, a suspicion's id
    datasets: tuple[Disclosed, ...] = ()  # those it touches, where it is about a site
    since: Moment | None = None  # None: since it was first seen
    running_since: Moment | None = None  # a backup that is late because it still runs
    number: Count | None = None  # days, objects, keys or files
    reasons: tuple[Code, ...] = ()  # of a suspicion

    @property
    def name(self) -> str:
        """Equal for one and the same trouble at two looks."""
        cause = "" if self.kind is Kind.BACKUP_MISSED or self.cause is None else self.cause.value
        return f"{self.kind.value}|{self.subject}|{self.site}|{cause}|{self.detail}"


class Host(Struct, frozen=True):
    """Who writes."""

    facility: OptionalCode
    host: Code
