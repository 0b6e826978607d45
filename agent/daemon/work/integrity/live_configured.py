"""What the configuration took back: paths that it names no more, changes that are no alarm now.

Whoever attacks would do that first, so each is an event: it stands in the chain, and the province
hears of it with the others.
"""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from agent.config.model import Alert
from agent.daemon.app import App
from agent.files.names import path_bytes
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import Mark
from agent.integrity.live.attribute import moment
from agent.integrity.live.gaps import GapReason

CONFIGURED = "configured"  # explains an event: it was wanted so
SAID_AS = {Alert.CHANGES: "alert_changes", Alert.ATTACKS: "alert_attacks"}  # in `what`


@dataclass(frozen=True, slots=True)
class _Between:
    """It was configured at some time between these moments."""

    since: datetime
    at: datetime


def note_configured(app: App, store: EventStore, before: Mark | None) -> tuple[Event, ...]:
    """Store how it is configured from now on, and an event for whatever was taken back.

    What was never stored is unknown: of a path's alarm nothing is said then. The province compares
    with what it was told itself.

    Args:
        app: the agent with its present configuration.
        store: where events go; it knows how it was configured.
        before: the newest sign of a watching, for hosts whose store does not know it yet.
    """
    wanted = {path_bytes(each.path): each.alert for each in app.config.integrity}
    marked = () if before is None else tuple(root.path for root in before.roots)
    known, known_quiet = store.watched(), store.at_work()
    now = app.clock.now()
    quiet = {
        path: known_quiet.get(path, now) for path, alert in wanted.items() if alert is Alert.ATTACKS
    }
    between = _Between(now if before is None else min(now, moment(before.wall_ns)), now)
    left = set(marked if known is None else known) - set(wanted)
    switched = (quiet.keys() ^ known_quiet.keys()) & set(known or ()) & set(wanted)
    told = [_ended(path, between) for path in sorted(left)]
    told += [_alert(path, wanted[path], between) for path in sorted(switched)]
    events = store.append([Entry(event) for event in told]) if told else ()
    if known is None or set(known) != set(wanted) or quiet != known_quiet:
        store.note_watched(tuple(wanted), quiet)  # last: rather said twice than never
    return events


def is_end(event: Event) -> bool:
    """Whether this says that a path is watched no more."""
    return event.kind is EventKind.GAP and event.explanation == GapReason.UNWATCHED


def _ended(path: bytes, between: _Between) -> Event:
    return replace(_event(path, EventKind.GAP, between), explanation=GapReason.UNWATCHED.value)


def _alert(path: bytes, alert: Alert, between: _Between) -> Event:
    return replace(_event(path, EventKind.CONFIGURED, between), what=(SAID_AS[alert],))


def _event(path: bytes, kind: EventKind, between: _Between) -> Event:
    return Event(
        number=0,
        at=between.at,
        since=between.since,
        watched=path,
        kind=kind,
        path=path,
        explained_by=CONFIGURED,
    )
