"""The ledger: what every watched or backed-up file is now, hashed once for all who ask."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from agent.clock import Clock
from agent.config.home import Home
from agent.files.ignore import Hidden, Ignore
from agent.files.names import key_of, path_bytes
from agent.files.record import FileRecord
from agent.files.refresh import Refresh, Refreshing
from agent.files.rows import MIGRATIONS, read_row, read_rows
from agent.state.database import open_state
from agent.state.lock import hold

_WAIT_S = 6 * 3600.0  # the other job hashes our files too: waiting for it loses nothing
_MOST_WORKERS = 4  # a disk serves no more readers well, and the server has other work


@contextlib.contextmanager
def open_ledger(home: Home, clock: Clock) -> Iterator["Ledger"]:
    """The ledger; several processes may read it, and one at a time fills it."""
    connection = open_state(home, "ledger", MIGRATIONS, clock)
    # a lost transaction is hashed again: the ledger need not survive a power cut whole
    connection.execute("PRAGMA synchronous=NORMAL")
    with contextlib.closing(connection):
        yield Ledger(connection, home, clock)


class Ledger:
    """Hashes and statuses by path. `refresh` looks at the tree; all else answers from memory."""

    def __init__(self, connection: sqlite3.Connection, home: Home, clock: Clock) -> None:
        self._connection = connection
        self._home = home
        self._clock = clock
        self._alone = False

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Inside the block no other process changes what `entries` says.

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

    def refresh(
        self,
        root: Path,
        *,
        ignore: Sequence[str] = (),
        progress: Callable[[int], None] = lambda _files: None,
    ) -> Refresh:
        """Walk the tree once and hash the files whose status changed.

        Stored in batches: killed in the middle, the next one goes on from there.

        Args:
            root: a folder, or a single file. One that is not there is an empty tree.
            ignore: patterns; what they cover is neither read nor forgotten.
            progress: called with the number of things seen so far.
        """
        workers = min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
        walked = path_bytes(root)
        now = int(self._clock.now().timestamp())
        with self.alone():  # two that hash at once would hash twice
            return Refreshing(self._connection, now, progress).run(walked, Ignore(ignore), workers)

    def entries(self, root: Path, *, ignore: Sequence[str] = ()) -> Iterator[FileRecord]:
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
