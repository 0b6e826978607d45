"""Seals what was stored, in stretches, and nudges whoever sends evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.event_names import Telling
from agent.daemon.work.event_statements import (
    MOST_TOLD,
    Stretch,
    Watching,
    event_statements,
    gap_statement,
    watching_statement,
)
from agent.daemon.work.sealed import sealed_head
from agent.files.names import path_bytes
from agent.integrity.events.event import Event, EventFilter, EventKind, Head
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import MarkFile
from agent.integrity.live.attribute import moment
from agent.integrity.ransom.suspicion import Suspicion
from agent.integrity.seen import LONG_AGO

_TOGETHER_S = 0.3  # between two statements: a change is told at once, and what follows together
_WATCHED_EVERY_S = 900.0  # that it was watched, whatever happens
_SOON_S = 5.0  # until it was said for the first time, or while it cannot be said


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

    def stored(self, events: Sequence[Event]) -> None:
        """These wait to be told now."""
        if not events:
            return
        self._outlet.show(events)
        self._waits = True

    def due_s(self) -> float | None:
        if self._waits:
            return self._said_s + _TOGETHER_S - self._now()
        if self._watched_s is None:
            return self._said_s + _SOON_S - self._now()
        return self._watched_s + _WATCHED_EVERY_S - self._now()

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
            if event.kind is EventKind.GAP and not event.explained_by:
                tell(app, gap_statement(event))
        self._store.note_told(head)
        self._told = head
        self._said_s = self._now()

    def _tell_watched(self) -> None:
        """For each path since when it is watched without a break: silence is no proof of it.

        While changes come one after the other, too: a time of which nobody says that it was watched
        is shown as not watched.
        """
        now_s = self._now()
        if self._watched_s is not None and now_s < self._watched_s + _WATCHED_EVERY_S:
            return
        self._watched_s = None
        app, head = self._outlet.app, self._told
        by_path = {path_bytes(each.path): each for each in app.config.integrity}
        stretch = Stretch(head.number + 1, head.number, head.link, head.link)
        mark = self._outlet.marks.read()
        for root in mark.roots if mark else ():
            from_at = moment(root.heard_from_ns)
            to_at = moment(root.held_ns)
            watching = Watching(root.way, from_at, max(from_at, to_at))
            if to_at > LONG_AGO and root.path in by_path:
                tell(
                    app,
                    watching_statement(self._outlet.telling, by_path[root.path], stretch, watching),
                )
                self._watched_s = now_s
        self._said_s = self._now()
        self._outlet.nudge()
