"""The event database as a file: opened, changed, and replaced when it is not what we left."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from agent.clock import Clock
from agent.config.home import Home
from agent.integrity.errors import EventsWriteError
from agent.integrity.events.event import Head
from agent.integrity.events.rows import (
    MIGRATIONS,
    PURPOSE,
    Broken,
    State,
    link_at,
    read_rows,
    read_state,
    write_state,
)
from agent.integrity.events.waiting import replace_waiting, salvaged
from agent.state import gaps
from agent.state.anchor import Anchor
from agent.state.damage import is_damage
from agent.state.database import begin_anew, open_state, transaction
from agent.state.lock import SHORT_WAIT_S, hold
from agent.state.shape import has_our_shape

T = TypeVar("T")
CHANGED, DAMAGED, ROLLED_BACK = "changed", "damaged", "rolled_back"


class EventFile:
    """Guards the connection. `told` is the newest head that stands in a sealed statement."""

    def __init__(self, home: Home, key: bytes, clock: Clock, told: Callable[[], Head]) -> None:
        self.key = key
        self._home = home
        self._clock = clock
        self._told = told
        self._anchor = Anchor(home, PURPOSE, key)
        self._known = State()  # as last read: what a new file goes on from
        self._lost = ""
        with _said():
            self.connection = self._open()

    def take_loss(self) -> str:
        """Why the file was replaced since this was asked last; empty when it was not."""
        lost, self._lost = self._lost, ""
        return lost

    def change(self, do: Callable[[sqlite3.Connection, State], tuple[State, T]]) -> T:
        """Do all of it in one transaction, or nothing; once more on a new file where this broke.

        Raises:
            EventsWriteError: the disk is full, or may not be written.
        """
        with _said():
            if self._inode != self._inode_now():  # another process has replaced it
                self.connection.close()
                self.connection = self._open()
            try:
                return self._change(self.connection, do)
            except (Broken, sqlite3.DatabaseError) as error:
                self.connection = self._renewed(self.connection, reason_of(error))
                return self._change(self.connection, do)

    def now(self) -> datetime:
        return self._clock.now()

    def replace(self, reason: str) -> None:
        """Set the file aside, and go on in a new one; what waits comes along."""
        with _said():
            self.connection = self._renewed(self.connection, reason)

    def close(self) -> None:
        self.connection.close()

    def _change(
        self,
        connection: sqlite3.Connection,
        do: Callable[[sqlite3.Connection, State], tuple[State, T]],
    ) -> T:
        with transaction(connection):
            state = read_state(connection, self.key)
            after, answer = do(connection, state)
            if after != state:
                after = replace(after, revision=state.revision + 1)
                write_state(connection, self.key, after)
        self._known = after
        self._anchor.write(after.revision)
        return answer

    def _open(self) -> sqlite3.Connection:
        connection = self._open_whole()
        try:
            self._look_at(connection)
        except (Broken, sqlite3.DatabaseError) as error:
            return self._renewed(connection, reason_of(error))
        return connection

    def _renewed(self, connection: sqlite3.Connection, reason: str) -> sqlite3.Connection:
        waiting = salvaged(connection, self.key)
        connection.close()
        self._put_aside(reason)
        connection = self._open_whole(is_new=True)
        self._look_at(connection)
        self._change(
            connection,
            lambda _, state: (replace_waiting(connection, self.key, state, waiting), None),
        )
        return connection

    def _open_whole(self, *, is_new: bool = False) -> sqlite3.Connection:
        """Open it, whatever `open_state` has to set aside for that."""
        self._inode = self._inode_now()
        known = len(gaps.all_gaps(self._home))
        connection = open_state(self._home, PURPOSE, MIGRATIONS, self._clock)
        found = [gap for gap in gaps.all_gaps(self._home)[known:] if gap.purpose == PURPOSE]
        self._lost = found[-1].reason if found else self._lost
        self._is_new = is_new or bool(found) or not self._inode
        self._inode = self._inode_now()
        return connection

    def _look_at(self, connection: sqlite3.Connection) -> None:
        """What a look at the end can tell; `prove` reads everything.

        Raises:
            Broken: the end of the chain is not as we left it, or older than what was told.
        """
        told = self._told()
        if not has_our_shape(connection, MIGRATIONS):
            raise Broken
        with transaction(connection):
            if (self._is_new or not told.number) and _is_untouched(connection):
                begun = _beginning(self._known, told)
                write_state(connection, self.key, replace(begun, revision=self._anchored() + 1))
            self._known = read_state(connection, self.key)
            _look_at_the_end(connection, self.key, self._known)
            _look_at_told(connection, self._known, told)
            self._look_at_anchor()

    def _look_at_anchor(self) -> None:
        """A missing anchor is told; the events themselves hold."""
        anchored = self._anchor.read()
        if anchored is None:
            gaps.remember(self._home, gaps.StateGap(PURPOSE, CHANGED, "", self._clock.now()))
            self._anchor.write(self._known.revision)
        elif anchored > self._known.revision:
            raise Broken(reason=ROLLED_BACK)

    def _anchored(self) -> int:
        return max(self._anchor.read() or 0, self._known.revision)

    def _put_aside(self, reason: str) -> None:
        """Only the file that we looked at: another process may have replaced it already."""
        with hold(self._home, "replace-events", wait_s=SHORT_WAIT_S, clock=self._clock):
            if self._inode == self._inode_now():
                begin_anew(self._home, PURPOSE, reason, self._clock)
        self._lost = reason

    @property
    def _path(self) -> Path:
        return self._home.database(PURPOSE)

    def _inode_now(self) -> int:
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return 0


def _beginning(known: State, told: Head) -> State:
    """A new file goes on from what was told, so that numbers and links have no break."""
    start = told if told.number else known.head
    return State(
        first=start.number + 1,
        base=start.link,
        number=start.number,
        link=start.link,
        journal=known.journal,
        told=start.number,
        told_link=start.link,
        approved=known.approved,
        watched=known.watched,
    )


def _look_at_the_end(connection: sqlite3.Connection, key: bytes, state: State) -> None:
    if state.number >= state.first:
        read_rows(connection, key, state, state.number, state.number)


def _look_at_told(connection: sqlite3.Connection, state: State, told: Head) -> None:
    if told.number > state.number:
        raise Broken(told.number, ROLLED_BACK)
    if told.number >= state.first and link_at(connection, state, told.number) != told.link:
        raise Broken(told.number)


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """What keeps us from writing, as a sentence."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        raise EventsWriteError(reason=str(error)) from error


def reason_of(error: Broken | sqlite3.DatabaseError) -> str:
    """Why the file is to be replaced.

    Raises:
        sqlite3.DatabaseError: it is not: the disk or a right is to blame.
    """
    if isinstance(error, Broken):
        return error.reason or CHANGED
    if not is_damage(error):
        raise error
    return DAMAGED


def _is_untouched(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever stored in this file."""
    tables = ("state", "events", "members", "waiting", "checkpoints")
    return not any(
        connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608 - our names
        for table in tables
    )
