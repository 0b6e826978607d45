"""Reads events back, believing only what holds in the chain."""

import sqlite3
from collections.abc import Iterator, Sequence

from agent.config.model import Watched
from agent.errors import AgentError
from agent.integrity.errors import EventsChangedError, EventsReadError, NoSuchEventError
from agent.integrity.events.covering import Approved, approved
from agent.integrity.events.event import EVERYTHING, Event, EventFilter, Head
from agent.integrity.events.proof import Proof, prove
from agent.integrity.events.rows import (
    Broken,
    EventRow,
    State,
    decode_event,
    encode,
    member_bodies,
    read_rows,
    read_state,
)
from agent.integrity.events.waiting import decoded, read_waiting
from agent.integrity.seen import Seen
from agent.state.damage import is_damage
from texts.catalogue import tr
from wire.text import N_

_PAGE = 1_000


class EventReader:
    """What was stored. Rows may be added meanwhile; what was there when asked is what is told."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    def state(self) -> State:
        """Where the chain stands.

        Raises:
            EventsChangedError: that is not as we left it.
        """
        try:
            return read_state(self._connection, self._key)
        except (Broken, sqlite3.DatabaseError) as error:
            raise changed(error) from error

    def head(self) -> Head:
        return self.state().head

    def events(
        self, chosen: EventFilter = EVERYTHING, *, most: int | None = None
    ) -> tuple[Event, ...]:
        """The events that are asked for, oldest first; `most`: the newest of them.

        Raises:
            EventsChangedError: what was read on the way does not hold.
        """
        found: list[Event] = []
        for event in self.newest_first(chosen):
            if most is not None and len(found) >= most:
                break
            found.append(event)
        return tuple(reversed(found))

    def newest_first(self, chosen: EventFilter = EVERYTHING) -> Iterator[Event]:
        """As `events`, one after the other, so that nobody holds a million of them."""
        state = self.state()
        high = state.number
        while high >= max(state.first, chosen.after + 1):
            low = max(state.first, chosen.after + 1, high - _PAGE + 1)
            for row in reversed(self._rows(state, low, high)):
                event = decode_event(row.body)
                if chosen.wants(event, _Members(self, row)):
                    yield event
            high = low - 1

    def event(self, number: int) -> Event:
        """One event.

        Raises:
            NoSuchEventError: it is not kept, or not there yet.
        """
        return decode_event(self._row(number).body)

    def members(self, number: int) -> tuple[Event, ...]:
        """What is folded into an event; nothing for one that stands for itself."""
        return self.members_of(self._row(number))

    def before(self, number: int, path: bytes) -> Event | None:
        """What was stored last about a path before an event, by itself or folded into another.

        Rows are found by their bytes, so that a million of them take no time; what is told is
        proved as always.

        Raises:
            EventsChangedError: a row that was found does not hold.
        """
        state = self.state()
        for candidate in self._mentioning(number, path):
            row = self._rows(state, candidate, candidate)[0]
            event = decode_event(row.body)
            if path in (event.path, event.old_path):
                return event
            if any(path in (one.path, one.old_path) for one in self.members_of(row)):
                return event
        return None

    def _mentioning(self, number: int, path: bytes) -> Iterator[int]:
        """Numbers below this one, newest first, in whose bytes the path stands as a whole value."""
        query = (
            "SELECT number FROM events WHERE number < :number AND instr(body, :path)"
            " UNION SELECT event FROM members WHERE event < :number AND instr(body, :path)"
            " ORDER BY 1 DESC"
        )
        try:
            found = self._connection.execute(
                query, {"number": number, "path": encode(path)}
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise changed(error) from error
        return (int(row[0]) for row in found)

    def link_at(self, number: int) -> str:
        """The head as it was when this event was the newest; that before the oldest, too."""
        state = self.state()
        if number == state.first - 1:
            return state.base
        return self._row(number).link

    def waiting(self, watched: Sequence[Watched]) -> tuple[Seen, ...]:
        """What waits for an explanation, oldest first.

        Args:
            watched: the configuration's watched paths.
        """
        state = self.state()
        try:
            rows = read_waiting(self._connection, self._key, state)
        except (Broken, sqlite3.DatabaseError) as error:
            raise changed(error) from error
        return tuple(decoded(body, watched) for _, body in rows)

    def covering(self) -> tuple[Approved, ...]:
        """The approvals that cover changes which may not be stored yet."""
        state = self.state()
        kept = (one for one in state.covering if one.event >= state.first)
        return tuple(
            approved(one, self.event(one.event), self.members(one.event) if one.part else ())
            for one in kept
        )

    def proof(self) -> Proof:
        """Whether everything is as we stored it. Reads all of it: about 10 µs an event."""
        return prove(self._connection, self._key)

    def members_of(self, row: EventRow) -> tuple[Event, ...]:
        try:
            bodies = member_bodies(self._connection, row)
        except (Broken, sqlite3.DatabaseError) as error:
            raise changed(error) from error
        return tuple(map(decode_event, bodies))

    def _row(self, number: int) -> EventRow:
        state = self.state()
        if not state.first <= number <= state.number:
            raise NoSuchEventError(number=number, first=state.first, last=state.number)
        return self._rows(state, number, number)[0]

    def _rows(self, state: State, low: int, high: int) -> list[EventRow]:
        """Rows that were pruned since `state` was read are gone rightly."""
        try:
            return read_rows(self._connection, self._key, state, low, high)
        except (Broken, sqlite3.DatabaseError) as error:
            first = self.state().first
            if first > low and first > state.first:
                return self._rows(self.state(), first, high) if first <= high else []
            raise changed(error) from error


class _Members:
    """Reads them only when somebody asks: most events have none, some have 100,000."""

    def __init__(self, reader: EventReader, row: EventRow) -> None:
        self._reader = reader
        self._row = row

    def __iter__(self) -> Iterator[Event]:
        return iter(self._reader.members_of(self._row))


def changed(error: Exception) -> AgentError:
    """What to tell a person; a file that cannot be read now says nothing about what is in it."""
    if isinstance(error, sqlite3.DatabaseError) and not is_damage(error):
        return EventsReadError(reason=str(error))
    if not isinstance(error, Broken):
        return EventsChangedError(what=str(error))
    if error.number:
        return EventsChangedError(what=tr(N_("event {number} does not fit"), number=error.number))
    return EventsChangedError(what=tr(N_("their end is not the one that was sealed")))
