"""A few processes that hash; a bounded amount waits for them."""

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple, Self

from agent.files.errors import HashWorkerError
from agent.files.frames import Wanted, frame, receive_hashed
from agent.files.hashing import Hashed, hash_file
from agent.files.pace import FULL, Pace, be_polite
from agent.files.record import Status

COMMAND = (sys.executable, "-I", "-m", "agent.files.hash_worker")
BATCH_FILES = 128
_BATCH_BYTES = 8 << 20
_BATCHES_EACH = 3  # given to one worker and not answered yet
_STOP_S = 10.0


class _Worker(NamedTuple):
    """One process, and how many batches it owes us."""

    process: subprocess.Popen[bytes]
    requests: int
    answers: int


class Hashers:
    """Takes files, gives back their hashes, in the order in which they are done.

    Workers are started only when there is more than one batch of work.
    """

    def __init__(self, most: int, pace: Pace = FULL) -> None:
        self._most = most
        self._pace = pace
        self._owed: dict[_Worker, int] = {}
        self._ready = selectors.DefaultSelector()
        self._batch: list[Wanted] = []
        self._bytes = 0
        self._submitting = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._owed:
            worker.process.kill()
        for worker in self._owed:
            worker.process.communicate(timeout=_STOP_S)
        self._ready.close()

    def add(self, key: bytes, status: Status | None) -> Iterator[Hashed]:
        """Take a file on; yield what is done when every worker has enough.

        A file without status may come back with it, and unread: it is large.
        """
        self._batch.append(Wanted(key, status))
        self._bytes += status.size if status else 0
        if self._submitting:  # whoever takes what is done adds a large file: it goes with the next
            return
        if len(self._batch) >= BATCH_FILES or self._bytes >= _BATCH_BYTES:
            yield from self._submit()

    def rest(self) -> Iterator[Hashed]:
        """Everything that is still owed, also what is added meanwhile."""
        if not self._owed:
            batch, self._batch, self._bytes = self._batch, [], 0
            yield from (hash_file(*wanted) for wanted in batch)
        while self._batch or any(self._owed.values()):
            yield from self._submit() if self._batch else self._collect()

    def _submit(self) -> Iterator[Hashed]:
        """One frame after the other: nothing is written between the pieces of one."""
        self._submitting = True
        try:
            yield from self._hand_over()
        finally:
            self._submitting = False

    def _hand_over(self) -> Iterator[Hashed]:
        while (worker := self._free()) is None:
            yield from self._collect()
        left = memoryview(frame(self._batch))
        self._batch, self._bytes = [], 0
        self._owed[worker] += 1
        while left:
            try:
                left = left[os.write(worker.requests, left) :]
            except BlockingIOError:  # it may be waiting for us to take an answer
                yield from self._collect(or_room_at=worker)
            except BrokenPipeError as error:
                raise _lost(worker) from error

    def _free(self) -> _Worker | None:
        """The worker that owes least; a new one while there may be more."""
        worker = min(self._owed, key=self._owed.__getitem__, default=None)
        if worker is not None and self._owed[worker] == 0:
            return worker
        if len(self._owed) < self._most:
            return self._start()
        return worker if worker and self._owed[worker] < _BATCHES_EACH else None

    def _start(self) -> _Worker:
        process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdin  # noqa: S101 - asked for above
        assert process.stdout  # noqa: S101
        be_polite(process.pid, self._pace)
        worker = _Worker(process, process.stdin.fileno(), process.stdout.fileno())
        self._owed[worker] = 0
        os.set_blocking(worker.requests, False)
        self._ready.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def _collect(self, or_room_at: _Worker | None = None) -> Iterator[Hashed]:
        """Wait for any worker's answer, or until one takes more requests."""
        if or_room_at:
            self._ready.register(or_room_at.requests, selectors.EVENT_WRITE)
        ready = [key.data for key, _ in self._ready.select() if key.data]
        if or_room_at:
            self._ready.unregister(or_room_at.requests)
        answers: list[Hashed] = []
        for worker in ready:
            answer = receive_hashed(worker.answers)
            if not answer:
                raise _lost(worker)
            self._owed[worker] -= 1
            answers += answer
        yield from answers  # now: whoever takes them may wait for the same workers


def _lost(worker: _Worker) -> HashWorkerError:
    return HashWorkerError(code=worker.process.wait(_STOP_S))
