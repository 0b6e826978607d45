"""What the configuration took back: whole paths, alarms of changes, names below a path.

Whoever attacks would do that first, so each is an event: it stands in the chain, and the province
hears of it with the others.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec.structs import replace

from agent.config.model import Alert, Watched
from agent.daemon.app import App
from agent.files.names import path_bytes
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import Mark
from agent.integrity.live.attribute import moment
from agent.integrity.live.gaps import GapReason

CONFIGURED = "configured"  # explains an event: it was wanted so
SAID_AS = {Alert.CHANGES: "alert_changes", Alert.ATTACKS: "alert_attacks"}  # in `what`
PATTERNS = "patterns"  # likewise: other names are left out than before
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Between:
    """It was configured at some time between these moments."""

    since: datetime
    at: datetime


def note_configured(app: App, store: EventStore, before: Mark | None) -> tuple[Event, ...]:
    """Store how it is configured from now on, and an event for whatever was taken back.

    What was never stored is unknown: of a path's alarm, or of what is left out there, nothing is
    said then. The province compares with what it was told itself.

    Args:
        app: the agent with its present configuration.
        store: where events go; it knows how it was configured.
        before: the newest sign of a watching, for hosts whose store does not know it yet.
    """
    wanted = {path_bytes(each.path): each.alert for each in app.config.integrity}
    patterns = {path_bytes(each.path): _left_out(each) for each in app.config.integrity}
    marked = () if before is None else tuple(root.path for root in before.roots)
    known, known_quiet, known_patterns = store.watched(), store.at_work(), store.patterns()
    now = app.clock.now()
    quiet = {
        path: known_quiet.get(path, now) for path, alert in wanted.items() if alert is Alert.ATTACKS
    }
    between = _Between(now if before is None else min(now, moment(before.wall_ns)), now)
    left = set(marked if known is None else known) - set(wanted)
    switched = (quiet.keys() ^ known_quiet.keys()) & set(known or ()) & set(wanted)
    told = [_ended(path, between) for path in sorted(left)]
    told += [_otherwise(path, SAID_AS[wanted[path]], between) for path in sorted(switched)]
    told += [
        _otherwise(path, PATTERNS, between)
        for path, digest in sorted(patterns.items())
        if known_patterns.get(path, digest) != digest
    ]
    events = store.append([Entry(event) for event in told]) if told else ()
    if known is None or (patterns, quiet) != (known_patterns, known_quiet):
        store.note_watched(patterns, quiet)  # last: rather said twice than never
    return events


def is_end(event: Event) -> bool:
    """Whether this says that a path is watched no more."""
    return event.kind is EventKind.GAP and event.explanation == GapReason.UNWATCHED


def _ended(path: bytes, between: _Between) -> Event:
    return replace(_event(path, EventKind.GAP, between), explanation=GapReason.UNWATCHED.value)


def _otherwise(path: bytes, how: str, between: _Between) -> Event:
    return replace(_event(path, EventKind.CONFIGURED, between), what=(how,))


def _left_out(watched: Watched) -> bytes:
    """A digest: the patterns may name people, and nobody needs them again."""
    said = msgspec.msgpack.encode((sorted(watched.ignore), sorted(watched.only)))
    return hashlib.sha256(said).digest()[:_DIGEST_BYTES]


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
