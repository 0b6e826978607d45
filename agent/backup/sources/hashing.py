"""Hashes what has changed in a source while it is being saved: the disk is read once for both.

What was saved and what was hashed are joined by size and times afterwards, so that a file that
changed between the two is unproven and nothing else.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from agent.clock import Clock
from agent.config.home import Home
from agent.files.ledger import open_ledger


@dataclass(frozen=True, slots=True)
class Hashed:
    """What had changed, and what could not be read."""

    files: int
    unreadable: int


class Hashing:
    """A thread with a ledger of its own: SQLite's connections belong to the thread of their maker.

    Nobody waits for it where the saving has failed: what it finds serves the next run.
    """

    def __init__(self, home: Home, clock: Clock, roots: Sequence[Path]) -> None:
        self._place = home, clock
        self._roots = roots
        self._found: Future[Hashed] = Future()
        threading.Thread(target=self._run, name="hashing", daemon=True).start()

    def finish(self) -> Hashed:
        """Wait for it.

        Raises:
            LedgerWriteError: the ledger's database cannot take it.
            HashWorkerError: a worker has died.
            BusyError: another job has filled the ledger for longer than 6 hours.
        """
        return self._found.result()

    def _run(self) -> None:
        try:
            self._found.set_result(self._hash())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            self._found.set_exception(error)

    def _hash(self) -> Hashed:
        with open_ledger(*self._place) as ledger:
            refreshed = [ledger.refresh(root) for root in self._roots]
        return Hashed(
            files=sum(one.hashed for one in refreshed),
            unreadable=sum(one.unreadable for one in refreshed),
        )
