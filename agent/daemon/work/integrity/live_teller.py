"""Seals what was stored, in stretches, and nudges whoever sends evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.event_statements import (
    MOST_TOLD,
    Stretch,
    Watching,
    event_statements,
    gap_statement,
    watching_statement,
)
from agent.daemon.work.integrity.live_configured import is_end
from agent.daemon.work.sealed import sealed_head
from agent.files.names import path_bytes
from agent.integrity.events.event import Event, EventFilter, EventKind, Head
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import UNKNOWN_NS, MarkFile, Root
from agent.integrity.live.attribute import moment
from agent.integrity.ransom.suspicion import Suspicion

_TOGETHER_S = 0.3  # between two statements: a change is told at once, and what follows together
_WATCHED_EVERY_S = 900.0  # that it was watched, whatever happens
_SOON_S = 5.0  # until it was said for the first time, or while it cannot be said
_LOOK_EVERY_S = 30.0  # whether a path is watched in another way


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who is told."""

    app: App
    telling: Telling
    nudge: Callable[[], None]
    show: Callable[[Sequence[Event]], None]
    marks: MarkFile  # says how the paths are watched
    alarm: Callable[[Suspicion], None] = lambda _suspicion: None


class StatementTeller:
    """Guards how far the chain of events was told."""

    def __init__(self, outlet: Outlet, store: EventStore) -> None:
        self._outlet = outlet
        self._store = store
        self._told = store.told()
        self._sealed = sealed_head(outlet.app).number  # after a crash more than is noted as told
        self._now = outlet.app.clock.monotonic
        self._waits = self._store.reader.head().number > self._told.number
        self._said_s = self._now()
        self._watched_s: float | None = None  # when it was said last that the paths are watched
        self._told_as: frozenset[tuple[bytes, str, bool]] = frozenset()
        self._looked_s = self._said_s  # at the marks

    def stored(self, events: Sequence[Event]) -> None:
        """These wait to be told now."""
        if not events:
            return
        self._outlet.show(events)
        self._waits = True

    def due_s(self) -> float | None:
        if self._waits:
            return self._said_s + _TOGETHER_S - self._now()
        return self._watched_due_s()

    def tell(self) -> None:
        """Everything that waits, oldest first; or that nothing happened while it was watched."""
        reader = self._store.reader
        last = reader.head().number
        if last == self._told.number:
            self._waits = False
            self._tell_watched()
            return
        while self._told.number < last:
            upto = min(last, self._told.number + MOST_TOLD)
            if self._told.number < self._sealed < upto:  # told once more just as it was
                upto = self._sealed
            self._tell_stretch(Head(upto, reader.link_at(upto)))
        self._tell_watched()
        self._waits = False
        self._outlet.nudge()

    def _tell_stretch(self, head: Head) -> None:
        app, before = self._outlet.app, self._told
        chosen = EventFilter(after=before.number)
        events = [
            event
            for event in self._store.reader.newest_first(chosen)
            if event.number <= head.number
        ]
        events.reverse()
        stretch = Stretch(before.number + 1, head.number, head.link, before.link)
        watched = app.config.integrity
        for body in event_statements(self._outlet.telling, watched, stretch, events):
            tell(app, body)
        for event in events:
            if (event.kind is EventKind.GAP and not event.explained_by) or is_end(event):
                tell(app, gap_statement(event))
        self._store.note_told(head)
        self._told = head
        self._said_s = self._now()

    def _watched_due_s(self) -> float:
        """In how many seconds it is to be said again how the paths are watched, if nothing changes.

        Whether anything has, the marks say: they are looked at now and then.
        """
        now_s = self._now()
        if self._watched_s is None:
            return self._said_s + _SOON_S - now_s
        if now_s >= self._looked_s + _LOOK_EVERY_S:
            self._looked_s = now_s
            if _as_told(self._roots()) != self._told_as:
                return 0.0
        return min(self._watched_s + _WATCHED_EVERY_S, self._looked_s + _LOOK_EVERY_S) - now_s

    def _roots(self) -> tuple[Root, ...]:
        """How the configured paths are watched, by the newest mark."""
        mark = self._outlet.marks.read()
        known = {path_bytes(each.path) for each in self._outlet.app.config.integrity}
        return tuple(root for root in mark.roots if root.path in known) if mark else ()

    def _tell_watched(self) -> None:
        """For each path how it is watched, and since when without a break: silence proves nothing.

        While changes come one after the other, too: a time of which nobody says that it was watched
        is shown as not watched.
        """
        now_s, roots = self._now(), self._roots()
        again = self._watched_s is None or now_s >= self._watched_s + _WATCHED_EVERY_S
        if not again and _as_told(roots) == self._told_as:
            return
        app, head = self._outlet.app, self._told
        by_path = {path_bytes(each.path): each for each in app.config.integrity}
        stretch = Stretch(head.number + 1, head.number, head.link, head.link)
        for root in roots:
            watched = by_path[root.path]
            tell(app, watching_statement(self._outlet.telling, watched, stretch, _watching(root)))
        self._watched_s = now_s if roots else None
        self._told_as = _as_told(roots)
        self._said_s = now_s
        self._outlet.nudge()


def _as_told(roots: Sequence[Root]) -> frozenset[tuple[bytes, str, bool]]:
    """What is said at once when it becomes another."""
    return frozenset((root.path, root.way, root.held_ns != UNKNOWN_NS) for root in roots)


def _watching(root: Root) -> Watching:
    """Without the times as long as nobody knows what happened before."""
    if root.held_ns == UNKNOWN_NS:
        return Watching(root.way)
    from_at, to_at = moment(root.heard_from_ns), moment(root.held_ns)
    return Watching(root.way, from_at, max(from_at, to_at))
