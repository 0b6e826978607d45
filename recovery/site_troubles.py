"""What about a site somebody should hear, from what is known of it: one judge for all who tell."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from recovery.capacity import ALARM_DAYS
from recovery.rpo import happened_within
from wire.recovery_messages import SiteState
from wire.verdicts import Protection

COUNTS_FOR = timedelta(days=8)  # good news of a site: a weekly look, and a day for it to be late
# As ROGUE_OBJECTS; keys that were added are judged by who knows them, as UNKNOWN_KEY.
_TOLD_ELSEWHERE = frozenset({"SNAPSHOTS_GONE", "SNAPSHOTS_FUTURE", "KEYS_ADDED"})


class SiteTrouble(StrEnum):
    """The published codes (docs/operate.md)."""

    PROTECTION_LOST = "PROTECTION_LOST"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    ROGUE_OBJECTS = "ROGUE_OBJECTS"
    JANITOR_WARNS = "JANITOR_WARNS"
    SITE_FILLING = "SITE_FILLING"
    OFFLINE_COPY_OLD = "OFFLINE_COPY_OLD"
    RETENTION_HELD = "RETENTION_HELD"


def site_troubles(state: SiteState, now: datetime, *, protected: bool) -> Iterator[SiteTrouble]:
    """Every trouble of a site; what is not known of it is none.

    Args:
        state: the newest that is known of each part, however old: bad news does not fade.
        now: the moment to judge, by the clock of the state's own host.
        protected: whether this site was said to refuse what a stolen credential would do.
    """
    if protected and state.protection is Protection.NONE and state.attacks_succeeded:
        yield SiteTrouble.PROTECTION_LOST
    if state.unknown_keys:
        yield SiteTrouble.UNKNOWN_KEY
    if state.rogue_objects:
        yield SiteTrouble.ROGUE_OBJECTS
    if janitor_warnings(state):
        yield SiteTrouble.JANITOR_WARNS
    if state.full_in_days is not None and state.full_in_days <= ALARM_DAYS:
        yield SiteTrouble.SITE_FILLING
    if _copy_is_old(state, now):
        yield SiteTrouble.OFFLINE_COPY_OLD
    if state.retention_held:
        yield SiteTrouble.RETENTION_HELD


def janitor_warnings(state: SiteState) -> tuple[str, ...]:
    """The signs of a site's janitor that no other trouble counts or asks about."""
    return tuple(sign for sign in state.janitor_signs if sign not in _TOLD_ELSEWHERE)


def number_of(trouble: SiteTrouble, state: SiteState) -> int | None:
    """The figure that belongs beside it: days, objects, keys."""
    return {
        SiteTrouble.SITE_FILLING: state.full_in_days,
        SiteTrouble.ROGUE_OBJECTS: state.rogue_objects,
        SiteTrouble.UNKNOWN_KEY: state.unknown_keys,
    }.get(trouble)


def _copy_is_old(state: SiteState, now: datetime) -> bool:
    """Also one that is asked for and was never whole."""
    if state.copy_due_s is None:
        return False
    due = timedelta(seconds=state.copy_due_s)
    return state.copied_at is None or not happened_within(state.copied_at, due, now)
