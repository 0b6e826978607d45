"""The ledger: what every watched or backed-up file is now, hashed once for all who ask."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from agent.clock import Clock
from agent.config.home import Home
from agent.files import journal
from agent.files.examining import Examining
from agent.files.filesystems import mounts
from agent.files.hashers import Hashers
from agent.files.ignore import Hidden, Ignore
from agent.files.journal import Transition
from agent.files.later import Later
from agent.files.names import key_of, path_bytes, path_of
from agent.files.nearby import HereAndNow, Nearby
from agent.files.pace import FULL, Pace, Pacer
from agent.files.record import FileRecord
from agent.files.refresh import Refresh, refresh
from agent.files.rereading import rereading
from agent.files.rows import MIGRATIONS, read_row, read_rows
from agent.files.single import IgnoreOf, Looked, Single
from agent.files.writer import RowWriter, writing
from agent.state import gaps
from agent.state.database import connect, open_state
from agent.state.lock import hold

_WAIT_S = 6 * 3600.0  # the other job hashes our files too: waiting for it loses nothing
_MOST_WORKERS = 4  # a disk serves no more readers well, and the server has other work
_NANOSECONDS = 1_000_000_000


@contextlib.contextmanager
def open_ledger(home: Home, clock: Clock) -> Iterator["Ledger"]:
    """The ledger; several processes may read it, one at a time fills it, and any may `look`."""
    connection = open_state(home, "ledger", MIGRATIONS, clock)
    with contextlib.closing(Ledger(connection, home, clock)) as ledger:
        yield ledger


class Ledger:
    """Hashes and statuses by path. `refresh` and `look` look; all else answers from memory."""

    def __init__(self, connection: sqlite3.Connection, home: Home, clock: Clock) -> None:
        self._connection = connection
        self._home = home
        self._clock = clock
        self._alone = False
        self._later = Later(self._read_large, clock)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Inside the block nobody else refreshes. A `look` elsewhere may still write.

        Raises:
            BusyError: another job has filled the ledger for longer than 6 hours.
        """
        if self._alone:
            yield
            return
        with hold(self._home, "ledger", wait_s=_WAIT_S, clock=self._clock):
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    @contextlib.contextmanager
    def unchanging(self) -> Iterator[None]:
        """Inside the block `entries`, `record` and `transitions` all answer from one moment.

        Nothing can be refreshed, looked at or forgotten inside it.
        """
        self._connection.execute("BEGIN")
        try:
            self._connection.execute("SELECT number FROM writes").fetchone()
            yield
        finally:
            self._connection.execute("COMMIT")

    def refresh(
        self,
        root: Path,
        *,
        ignore: Sequence[str] | Ignore = (),
        pace: Pace = FULL,
        reread_within: timedelta | None = None,
        progress: Callable[[int], None] = lambda _files: None,
    ) -> Refresh:
        """Walk the tree once and hash the files whose status changed.

        Stored in batches: killed in the middle, the next one goes on from there.

        Args:
            root: a folder, or a single file. One that is not there is an empty tree.
            ignore: patterns; what they cover is neither read nor forgotten.
            pace: how hard the machine may be pressed.
            reread_within: also read a share of the unchanged files, so that each one's content
                is read within this time. None: only what changed.
            progress: called with the number of things seen so far.
        """
        walked, begun_at = path_bytes(root), self._clock.now().timestamp()
        workers = min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
        with self.alone(), Hashers(workers, pace) as hashers:  # two that hash would hash twice
            writer = RowWriter(self._connection)
            looked_at_s = journal.looked_at_ns(self._connection, key_of(walked)) // _NANOSECONDS
            again = rereading(int(begun_at), reread_within, looked_at_s)
            pacer = Pacer(pace, self._clock, workers + 1)

            def step(files: int) -> None:
                progress(files)
                pacer.step(files)

            examining = Examining(writer, hashers, self._clock, again)
            result = refresh(self._connection, walked, Ignore(ignore), examining, step)
            seen = journal.seen_whole(self._connection, key_of(walked), ignored=bool(ignore))
            if writer.complete(seen, int(begun_at * _NANOSECONDS)):
                lost = gaps.StateGap("journal", "forgotten", "", self._clock.now())
                gaps.remember(self._home, lost)
        return result

    def look(self, paths: Iterable[bytes], ignore_of: IgnoreOf) -> Looked:
        """Look at single paths: hash what changed, forget what is gone, enter new folders.

        It does not wait for a refresh that is running; whoever saw a file last, says what it is.
        Large files are read in a thread, and their transitions follow: `finish` waits for them.

        Raises:
            LedgerWriteError: the database cannot take it; look at the same paths again.
        """
        later = self._later
        with Hashers(1) as hashers:
            writer = RowWriter(self._connection)
            examining = Examining(writer, Nearby(hashers, later.add), self._clock, None)
            named = Single(self._connection, examining, ignore_of, mounts()).look(paths)
            writer.flush()
        done = examining.result
        return Looked(
            named, done.files, done.hashed, done.removed, done.unreadable, later.pending()
        )

    def finish(self) -> None:
        """Wait for the large files that looks have met.

        Raises:
            LedgerWriteError: the database cannot take them.
        """
        self._later.finish()

    def close(self) -> None:
        self._later.close()
        self._connection.close()

    def watch(self, roots: Sequence[Path]) -> None:
        """From now on the transitions below exactly these paths are kept.

        A path that is new here is journaled from its first complete refresh on.
        """
        with writing(self._connection) as connection:
            journal.watch(connection, [key_of(path_bytes(root)) for root in roots])

    def transitions(self, after: int, most: int) -> tuple[Transition, ...]:
        """What is kept with a number above `after`, oldest first."""
        return journal.read(self._connection, after, most)

    def newest_transition(self) -> int:
        """The number of the newest that was ever kept; 0: there was none."""
        return journal.newest(self._connection)

    def forget_transitions(self, up_to: int) -> None:
        """Whoever has stored them elsewhere needs them no more."""
        with writing(self._connection) as connection:
            journal.forget(connection, up_to)

    def entries(self, root: Path, *, ignore: Sequence[str] | Ignore = ()) -> Iterator[FileRecord]:
        """What is known below the root, in the order of a walk.

        Everything: files, folders, links, and files with `trouble`. Names sort as bytes inside
        their folder; a folder comes before what is in it.
        """
        root_key = key_of(path_bytes(root))
        hidden = Hidden(Ignore(ignore), root_key)
        for row in read_rows(self._connection, root_key):
            if not hidden.covers(row[0]):
                yield row.record()

    def record(self, path: Path | bytes) -> FileRecord | None:
        row = read_row(self._connection, key_of(path_bytes(path)))
        return None if row is None else row.record()

    def _read_large(self, key: bytes, pulse: Callable[[], None]) -> None:
        """In the thread for large files, with a connection of its own."""
        with contextlib.closing(connect(self._home.database("ledger"))) as connection:
            writer = RowWriter(connection)
            examining = Examining(writer, HereAndNow(pulse), self._clock, None)
            Single(connection, examining, _nothing, mounts()).look([path_of(key)])
            writer.flush()


def _nothing(_path: bytes) -> bool:
    return False
