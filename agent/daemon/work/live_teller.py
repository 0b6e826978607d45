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
from agent.files.names import path_bytes
from agent.integrity.events.event import Event, EventFilter, EventKind, Head
from agent.integrity.events.store import EventStore
from agent.integrity.live.alive import MarkFile
from agent.integrity.live.attribute import moment
from agent.integrity.seen import LONG_AGO
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.integrity_messages import FileEvents

_TOGETHER_S = 0.3  # changes that come together are told together
_WATCHED_EVERY_S = 900.0  # that it was watched, if nothing happens


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who is told."""

    app: App
    telling: Telling
    nudge: Callable[[], None]
    show: Callable[[Sequence[Event]], None]
    marks: MarkFile  # says how the paths are watched


class StatementTeller:
    """Guards how far the chain of events was told."""

    def __init__(self, outlet: Outlet, store: EventStore) -> None:
        self._outlet = outlet
        self._store = store
        self._told = store.told()
        self._sealed = told_head(outlet.app).number  # after a crash more than is noted as told
        self._now = outlet.app.clock.monotonic
        self._first_s: float | None = None  # when the oldest of what is not told was stored
        self._said_s = self._now()
        if self._store.reader.head().number > self._told.number:
            self._first_s = self._now() - _TOGETHER_S

    def stored(self, events: Sequence[Event]) -> None:
        """These wait to be told now."""
        if not events:
            return
        self._outlet.show(events)
        if self._first_s is None:
            self._first_s = self._now()

    def due_s(self) -> float | None:
        now_s = self._now()
        said = self._said_s + _WATCHED_EVERY_S - now_s
        return said if self._first_s is None else min(said, self._first_s + _TOGETHER_S - now_s)

    def tell(self) -> None:
        """Everything that waits, oldest first; or that nothing happened while it was watched."""
        reader = self._store.reader
        last = reader.head().number
        if last == self._told.number:
            self._first_s = None
            self._tell_watched()
            return
        while self._told.number < last:
            upto = min(last, self._told.number + MOST_TOLD)
            if self._told.number < self._sealed < upto:  # told once more just as it was
                upto = self._sealed
            self._tell_stretch(Head(upto, reader.link_at(upto)))
        self._first_s = None
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
        """For each path since when it is watched without a break: silence is no proof of it."""
        if self._now() < self._said_s + _WATCHED_EVERY_S:
            return
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
        self._said_s = self._now()
        self._outlet.nudge()


def told_head(app: App) -> Head:
    """The newest head in our own sealed statements."""
    for row in app.outbox.latest("file_events", 1):
        body = decode_statement("file_events", peek_payload(row.raw)).body
        if isinstance(body, FileEvents):
            return Head(body.last, body.head)
    return Head()
