"""suspicion.sqlite as a file: opened, read, changed; set aside when it is not what we left.

What was suspected is never forgotten with it: rows that bear our seal go over into the new file,
and so does what stands in sealed statements.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agent.clock import Clock
from agent.config.home import Home
from agent.integrity.events.file import CHANGED, ROLLED_BACK, reason_of
from agent.integrity.events.rows import Broken
from agent.integrity.ransom.rows import (
    FORMER,
    MIGRATIONS,
    PURPOSE,
    Name,
    Rows,
    State,
    is_untouched,
    prove_acts,
    read,
    salvaged,
    write,
)
from agent.state import gaps
from agent.state.anchor import Anchor
from agent.state.database import as_of_the_disk, begin_anew, open_state, transaction
from agent.state.lock import SHORT_WAIT_S, hold
from agent.state.shape import has_our_shape

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is known of the rows from elsewhere: from an older file, and from sealed statements."""

    adopted: Callable[[sqlite3.Connection], Rows]  # of the tables that had no seals
    fit: Callable[[Rows], bool]  # whether they say no less than what was sealed last
    mended: Callable[[Rows], Rows]  # with all that was sealed


class SuspicionFile:
    """Guards the connection, and what was read through it last."""

    def __init__(self, home: Home, key: bytes, clock: Clock, elsewhere: Elsewhere) -> None:
        self._home = home
        self._key = key
        self._clock = clock
        self._elsewhere = elsewhere
        self._anchor = Anchor(home, PURPOSE, key)
        self._rows: Rows = {}
        self._read_at: tuple[int, int] | None = None
        self._lost = ""
        with as_of_the_disk(home):
            self._open()

    def take_loss(self) -> str:
        """Why the file was replaced since this was asked last; empty when it was not."""
        lost, self._lost = self._lost, ""
        return lost

    def rows(self) -> Rows:
        """All that is kept now."""
        with as_of_the_disk(self._home):
            self._follow()
            if self._read_at != self._now():
                self._whole(lambda: self._change(lambda rows: (rows, None)))
            return self._rows

    def change(self, do: Callable[[Rows], tuple[Rows, T]]) -> T:
        """All of it in one transaction, or nothing.

        Raises:
            StateDiskError: the disk is full.
        """
        with as_of_the_disk(self._home):
            self._follow()
            return self._whole(lambda: self._change(do))

    def state(self) -> State:
        """Where the file stands, after everything in it was read.

        Raises:
            Broken: it is not as we left it.
        """
        with as_of_the_disk(self._home), transaction(self._connection):
            state, rows = self._checked()
            prove_acts(self._connection, self._key, state)
            if self._elsewhere.mended(rows) != rows:
                raise Broken(reason=ROLLED_BACK)
            return state

    @property
    def connection(self) -> sqlite3.Connection:
        return self._connection

    def replace(self, reason: str) -> None:
        """Set the file aside, and go on in a new one with all that bears our seal."""
        with as_of_the_disk(self._home):
            self._renew(reason)

    def close(self) -> None:
        self._connection.close()

    def _whole(self, do: Callable[[], T]) -> T:
        """Once more on a new file where this one is not ours any more."""
        try:
            return do()
        except (Broken, sqlite3.DatabaseError) as error:
            self._renew(reason_of(error))
            return do()

    def _change(self, do: Callable[[Rows], tuple[Rows, T]]) -> T:
        with transaction(self._connection):
            state, before = self._checked()
            after, answer = do(before)
            if after != before:
                state = write(self._connection, self._key, state, before, after)
        self._committed(state, after)
        return answer

    def _checked(self) -> tuple[State, dict[Name, bytes]]:
        """Inside a transaction; the anchor is read before, so that it is never ahead of it."""
        anchored = self._anchor.read()
        state, rows = read(self._connection, self._key)
        if anchored is None:
            self._tell(CHANGED)
            self._anchor.write(state.revision)
        elif anchored > state.revision:
            raise Broken(reason=ROLLED_BACK)
        return state, rows

    def _committed(self, state: State, rows: Rows) -> None:
        if self._anchor.read() != state.revision:
            self._anchor.write(state.revision)
        self._rows, self._read_at = rows, self._now()

    def _open(self) -> None:
        self._connection, is_new = self._opened()
        self._whole(lambda: self._look(is_new=is_new))

    def _opened(self) -> tuple[sqlite3.Connection, bool]:
        """Whatever has to be set aside for that is told by who opens; whether it begins anew."""
        known = len(gaps.all_gaps(self._home))
        connection = open_state(self._home, PURPOSE, MIGRATIONS, self._clock)
        found = [gap for gap in gaps.all_gaps(self._home)[known:] if gap.purpose == PURPOSE]
        self._lost = found[-1].reason if found else self._lost
        self._inode = self._inode_now()
        return connection, bool(found)

    def _look(self, *, is_new: bool) -> None:
        if not has_our_shape(self._connection, MIGRATIONS):
            raise Broken
        if is_untouched(self._connection):
            if not is_new and self._anchor.read() != 0:
                raise Broken(reason=ROLLED_BACK)
            self._begin_first(is_told=is_new)
        self._change(lambda rows: (rows, None))
        if not self._elsewhere.fit(self._rows):
            raise Broken(reason=ROLLED_BACK)

    def _begin_first(self, *, is_told: bool) -> None:
        """A first file, while sealed statements speak of an earlier one, is a loss, too."""
        if self._begin({}) and not is_told:
            self._tell(ROLLED_BACK)

    def _begin(self, rows: Rows) -> bool:
        """A new file: with what an older one held, and what was sealed; whether that is more."""
        with transaction(self._connection):
            if not is_untouched(self._connection):  # another process was faster
                return False
            former = self._elsewhere.adopted(self._connection)
            for table in FORMER:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            known = {**former, **rows}
            begun = self._elsewhere.mended(known)
            state = State(revision=self._anchor.read() or 0)
            state = write(self._connection, self._key, state, {}, begun)
        self._committed(state, begun)
        return begun != known

    def _renew(self, reason: str) -> None:
        rows = {**self._rows, **salvaged(self._connection, self._key)}
        self._connection.close()
        with hold(self._home, "replace-suspicion", wait_s=SHORT_WAIT_S, clock=self._clock):
            if self._inode == self._inode_now():  # else another process has replaced it already
                begin_anew(self._home, PURPOSE, reason, self._clock)
            self._lost = reason
            self._connection, _ = self._opened()
            self._begin(rows)

    def _tell(self, reason: str) -> None:
        """Of a file that stays: the next statement says so."""
        gaps.remember(self._home, gaps.StateGap(PURPOSE, reason, "", self._clock.now()))
        self._lost = reason

    def _follow(self) -> None:
        """Another process may have replaced the file."""
        if self._inode != self._inode_now():
            self._connection.close()
            self._open()

    def _now(self) -> tuple[int, int]:
        """Changes with every change, by whomever."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version, self._connection.total_changes

    def _inode_now(self) -> int:
        try:
            return self._home.database(PURPOSE).stat().st_ino
        except FileNotFoundError:
            return 0
