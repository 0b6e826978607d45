"""Times without watching that no look has closed since. Pure.

A gap is stored as soon as it is known, and once more when everything was looked at: with what
explains it, the same reason and the same beginning.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from agent.integrity.events.event import Event, EventKind


class GapKey(Struct, frozen=True):
    """One and the same gap has one key."""

    watched: bytes
    reason: str
    since: datetime | None


def key_of_gap(event: Event) -> GapKey:
    return GapKey(event.watched, event.explanation, event.since)


def closed_gaps(events: Iterable[Event]) -> frozenset[GapKey]:
    return frozenset(
        key_of_gap(event) for event in events if event.kind is EventKind.GAP and event.explained_by
    )


def open_gaps(events: Iterable[Event]) -> tuple[Event, ...]:
    """Those of these events that none of them closes."""
    gaps = [event for event in events if event.kind is EventKind.GAP]
    closed = closed_gaps(gaps)
    return tuple(
        event for event in gaps if not event.explained_by and key_of_gap(event) not in closed
    )
