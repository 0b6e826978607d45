"""Watched paths that the configuration names no more: said, since whoever attacks would do that.

It is an event, so that it stands in the chain and the province hears of it with the others.
"""

from datetime import datetime

from agent.daemon.app import App
from agent.files.names import path_bytes
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import Mark
from agent.integrity.live.attribute import moment
from agent.integrity.live.gaps import GapReason

CONFIGURED = "configured"  # explains a gap: it was wanted so


def note_ended(app: App, store: EventStore, before: Mark | None) -> tuple[Event, ...]:
    """Store what is watched from now on, and an event for each path that is watched no more.

    Args:
        app: the agent with its present configuration.
        store: where events go; it knows what was watched.
        before: the newest sign of a watching, for hosts whose store does not know it yet.
    """
    wanted = {path_bytes(each.path) for each in app.config.integrity}
    marked = () if before is None else tuple(root.path for root in before.roots)
    known = store.watched()
    left = sorted(set(marked if known is None else known) - wanted)
    now = app.clock.now()
    since = now if before is None else min(now, moment(before.wall_ns))
    events = store.append([Entry(_ended(path, since, now)) for path in left]) if left else ()
    if known is None or set(known) != wanted:  # last: rather said twice than never
        store.note_watched(tuple(wanted))
    return events


def is_end(event: Event) -> bool:
    """Whether this says that a path is watched no more."""
    return event.kind is EventKind.GAP and event.explanation == GapReason.UNWATCHED


def _ended(path: bytes, since: datetime, at: datetime) -> Event:
    return Event(
        number=0,
        at=at,
        since=since,
        watched=path,
        kind=EventKind.GAP,
        path=path,
        explained_by=CONFIGURED,
        explanation=GapReason.UNWATCHED.value,
    )
