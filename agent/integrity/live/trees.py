"""Looks at whole trees that came, in a thread of their own: other changes do not wait."""

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from agent.files.ignore import Ignore
from agent.files.ledger import Ledger
from agent.files.names import key_of
from agent.files.walk import walk
from wire.errors import LachanError

_AT_ONCE = 2_000
OpenLedger = Callable[[], AbstractContextManager[Ledger]]


class Done(NamedTuple):
    """A look has ended; with its error when it could not be made."""

    paths: tuple[bytes, ...]
    error: LachanError | None


class TreeLooks:
    """One thread; what it has done is asked for, and `wake` is called when there is something."""

    def __init__(
        self, open_ledger: OpenLedger, hidden: Callable[[bytes], bool], wake: Callable[[], None]
    ) -> None:
        self._open_ledger = open_ledger
        self._hidden = hidden
        self._wake = wake
        self._wanted: queue.SimpleQueue[tuple[bytes, ...]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.owed = 0  # looks that have not ended

    def want(self, paths: Sequence[bytes]) -> None:
        """Look at these as one: what moved from one of them to another is seen as moved."""
        if self._thread is None:  # most hosts never need it
            self._thread = threading.Thread(target=self._work, name="trees", daemon=True)
            self._thread.start()
        self.owed += 1
        self._wanted.put(tuple(paths))

    def done(self) -> Iterator[Done]:
        while not self._done.empty():
            self.owed -= 1
            yield self._done.get()

    def _work(self) -> None:
        while True:
            paths = self._wanted.get()
            self._done.put(Done(paths, self._look(paths)))
            self._wake()

    def _look(self, paths: tuple[bytes, ...]) -> LachanError | None:
        try:
            with self._open_ledger() as ledger:
                for path in paths:
                    if _stands_where_it_stood(ledger, path):
                        for some in _batches(ledger, path):
                            ledger.look(some, self._hidden)
                ledger.look(paths, self._hidden)
                ledger.finish()
        except LachanError as error:
            return error
        return None


def _stands_where_it_stood(ledger: Ledger, path: bytes) -> bool:
    """A folder that went and came back: a look at it alone would take its inside as known."""
    record = ledger.record(path)
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return record is not None and record.is_directory and record.inode == found.st_ino


def _batches(ledger: Ledger, folder: bytes) -> Iterator[list[bytes]]:
    """Everything that is, or was, below the folder."""
    batch = []
    known = (key_of(record.path) for record in ledger.entries(Path(os.fsdecode(folder))))
    present = (seen.key for seen in walk(folder, Ignore(())) if seen.status is not None)
    for keys in (known, present):
        for key in keys:
            batch.append(key.replace(b"\0", b"/"))
            if len(batch) >= _AT_ONCE:
                yield batch
                batch = []
    yield batch
