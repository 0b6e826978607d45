"""Stores events, so that a crash neither loses one nor stores it twice.

One transaction holds the events, what still waits, and how far the journal is consumed. A damaged
file never stops the watching: it is set aside, told as a gap, and a new one goes on from the number
and link that the newest sealed statement names.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from agent.clock import Clock
from agent.config.home import Home
from agent.errors import AgentError
from agent.integrity.errors import EventsElsewhereError
from agent.integrity.events.covering import Approved, covered_by, still_covering
from agent.integrity.events.event import Entry, Event, EventKind, Head
from agent.integrity.events.file import EventFile
from agent.integrity.events.proof import Proof
from agent.integrity.events.pruning import Limits, pruned
from agent.integrity.events.reading import EventReader
from agent.integrity.events.rows import (
    State,
    digest_of,
    encode,
    event_link,
)
from agent.integrity.events.waiting import encoded, replace_waiting
from agent.integrity.seen import Seen


class EventStore:
    """One host's events. Processes may share it; one of them consumes the journal."""

    def __init__(self, file: EventFile) -> None:
        self._file = file
        self._consumed = self.reader.state().journal

    @property
    def reader(self) -> EventReader:
        """Reads what is stored; ask anew each time, for the file may have been replaced."""
        return EventReader(self._file.connection, self._file.key)

    @property
    def journal_number(self) -> int:
        """Newest transition of the ledger's journal that was consumed; go on after it."""
        return self._consumed

    def append(
        self,
        entries: Sequence[Entry],
        journal_number: int | None = None,
        waiting: Sequence[Seen] | None = None,
    ) -> tuple[Event, ...]:
        """Store events behind the others, with what was consumed for them.

        Args:
            entries: without numbers, in the order of their numbers.
            journal_number: newest transition that is consumed herewith. None: this process
                consumes none.
            waiting: all that waits for an explanation from now on. None: as before.

        Returns:
            The events as they stand in the chain.

        Raises:
            EventsWriteError: they cannot be stored now; nothing of them is.
            EventsElsewhereError: another process has consumed the journal meanwhile.
        """
        bodies = None if waiting is None else [encoded(seen) for seen in waiting]

        def change(connection: sqlite3.Connection, state: State) -> tuple[State, tuple[Event, ...]]:
            state = self._consume(state, journal_number)
            if bodies is not None:
                state = replace_waiting(connection, self._file.key, state, bodies)
            state, events = _chained(connection, self._file.key, state, entries)
            return replace(state, covering=still_covering(state)), events

        stored = self._file.change(change)
        if journal_number is not None:
            self._consumed = journal_number
        return stored

    def note_told(self, head: Head) -> None:
        """Events up to this one stand in sealed statements."""
        self._file.change(
            lambda _, state: (replace(state, told=head.number, told_link=head.link), None)
        )

    def told(self) -> Head:
        """The newest event that stands in a sealed statement."""
        state = self.reader.state()
        return Head(state.told, state.told_link)

    def approved(self) -> dict[bytes, str]:
        """Watched path -> what the explanation of its newest approval begins with."""
        return self.reader.state().approved

    def covering(self) -> tuple[Approved, ...]:
        """The approvals that cover changes which may not be stored yet.

        None where they cannot be read: what is not known to be approved is told as unexplained,
        and whoever stores it next sets a damaged file aside.
        """
        try:
            return self.reader.covering()
        except AgentError:
            return ()

    def watched(self) -> tuple[bytes, ...] | None:
        """The watched paths as they were configured last; None: nobody ever said."""
        return self.reader.state().watched

    def at_work(self) -> dict[bytes, datetime]:
        """Where only attacks are an alarm, as configured last; since when at the latest."""
        return self.reader.state().at_work

    def patterns(self) -> dict[bytes, bytes]:
        """A digest of what is left out below each watched path, as configured last."""
        return self.reader.state().patterns

    def note_watched(
        self, patterns: Mapping[bytes, bytes], at_work: Mapping[bytes, datetime]
    ) -> None:
        """These paths are watched from now on, each with a digest of what is left out there.

        Args:
            patterns: by path, all of them.
            at_work: where only attacks are an alarm, and since when.
        """
        left_out, quiet = dict(sorted(patterns.items())), dict(sorted(at_work.items()))
        wanted = tuple(left_out)
        self._file.change(
            lambda _, state: (
                replace(state, watched=wanted, at_work=quiet, patterns=left_out),
                None,
            )
        )

    def prune(self, before: datetime, most: int) -> int:
        """Forget the oldest events that were told; return how many.

        Args:
            before: those that happened earlier may go.
            most: of more than this, the oldest may go whenever they happened.
        """
        now = self._file.now()
        return self._file.change(
            lambda connection, state: pruned(
                connection, self._file.key, state, Limits(before, most, now)
            )
        )

    def holds(self) -> bool:
        """Whether everything is as we stored it; all of it is read."""
        return not self.proof().trouble

    def proof(self) -> Proof:
        return self.reader.proof()

    def replace(self, reason: str) -> None:
        """Set a file aside that `proof` found changed, and go on from what was told."""
        self._file.replace(reason)
        self._consumed = self.reader.state().journal

    def take_loss(self) -> str:
        """Why the file was replaced since this was asked last: a gap. Empty when it was not."""
        return self._file.take_loss()

    def _consume(self, state: State, journal_number: int | None) -> State:
        if journal_number is None:
            return state
        if state.journal != self._consumed:
            raise EventsElsewhereError
        return replace(state, journal=journal_number)


@contextlib.contextmanager
def open_events(
    home: Home, key: bytes, clock: Clock, told: Callable[[], Head] = Head
) -> Iterator[EventStore]:
    """The store, for who writes to it; `key` is the facility's.

    What is damaged or changed is set aside: `take_loss` says so, and a statement will.

    Args:
        home: where the state folder is.
        key: the facility's.
        clock: for the moment of a gap, and of a checkpoint.
        told: the newest head in a sealed statement. A file that is older was put back.

    Raises:
        EventsWriteError: it cannot be opened now.
        StateFolderError: the folder cannot be written.
    """
    with contextlib.closing(EventFile(home, key, clock, told)) as file:
        yield EventStore(file)


def _chained(
    connection: sqlite3.Connection, key: bytes, state: State, entries: Sequence[Entry]
) -> tuple[State, tuple[Event, ...]]:
    """Put the events behind the others."""
    number, link = state.head.number, state.head.link
    approved, covering = dict(state.approved), state.covering
    stored, rows, members = [], [], []
    for entry in entries:
        number += 1
        event = entry.event.numbered(number)
        inside = [encode(member) for member in entry.members]
        body, digest = encode(event), digest_of(inside)
        link = event_link(key, link, number, body, digest)
        if event.kind is EventKind.APPROVED:
            approved[event.watched] = event.explanation.partition(" ")[0]
            covering = covered_by(covering, event, entry.covers)
        stored.append(event)
        rows.append((number, body, digest, link))
        members += [(number, place, one) for place, one in enumerate(inside)]
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    connection.executemany("INSERT INTO members VALUES (?, ?, ?)", members)
    after = replace(state, number=number, link=link, approved=approved, covering=covering)
    return after, tuple(stored)
