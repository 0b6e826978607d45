"""A few processes that hash; a bounded amount waits for them."""

import contextlib
import fcntl
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Self

from agent.files.errors import HashWorkerError
from agent.files.frames import Wanted, frame, receive_hashed
from agent.files.hashing import MOST_UNASKED, Hashed, Manner, hash_file
from agent.files.pace import FULL, Pace, be_polite
from agent.files.record import Status

COMMAND = (sys.executable, "-I", "-m", "agent.files.hash_worker")
BATCH_FILES = 256
_BATCH_BYTES = 8 << 20
# Given to one worker and not answered yet: small files for about 90 ms, which is longer than rows
# are written; of large ones less, since who is ready first helps nobody who still has much.
_LEAST_EACH, _MOST_EACH = 3, 12  # batches
_BYTES_EACH = 64 << 20
_PIPE_BYTES = 1 << 20  # room for them and their answers
_BEHIND = 5  # in niceness
_STOP_S = 10.0


class _Worker(NamedTuple):
    """One process, and how many batches it owes us."""

    process: subprocess.Popen[bytes]
    requests: int
    answers: int


class Hashers:
    """Takes files, gives back their hashes in batches, in the order in which they are done.

    Workers are started only when there is more than one batch of work.
    """

    def __init__(self, most: int, pace: Pace = FULL) -> None:
        self._most = most
        self._pace = pace
        self._owed: dict[_Worker, int] = {}
        self._ready = selectors.DefaultSelector()
        self._batch: list[Wanted] = []
        self._bytes = 0
        self._each = _LEAST_EACH
        self._submitting = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._owed:
            worker.process.kill()
        for worker in self._owed:
            worker.process.communicate(timeout=_STOP_S)
        self._ready.close()

    def add(self, key: bytes, status: Status | None) -> Iterator[Sequence[Hashed]]:
        """Take a file on; yield what is done when every worker has enough.

        A file without status may come back with it, and unread: it is large.
        """
        self._batch.append(Wanted(key, status))
        self._bytes += status.size if status else 0
        if self._submitting:  # whoever takes what is done adds a large file: it goes with the next
            return
        if len(self._batch) >= BATCH_FILES or self._bytes >= _BATCH_BYTES:
            yield from self._submit()

    def rest(self) -> Iterator[Sequence[Hashed]]:
        """Everything that is still owed, also what is added meanwhile."""
        while self._batch or any(self._owed.values()):
            if not self._owed and self._bytes < _BATCH_BYTES:
                yield from self._here()
            else:
                yield from self._submit() if self._batch else self._collect()

    def _here(self) -> Iterator[Sequence[Hashed]]:
        """Little is not worth a process; what turns out to be large comes back to be shared out."""
        batch, self._batch, self._bytes = self._batch, [], 0
        yield from ((hash_file(*wanted, Manner(most_bytes=MOST_UNASKED)),) for wanted in batch)

    def _submit(self) -> Iterator[Sequence[Hashed]]:
        """One frame after the other: nothing is written between the pieces of one."""
        self._submitting = True
        try:
            yield from self._hand_over()
        finally:
            self._submitting = False

    def _hand_over(self) -> Iterator[Sequence[Hashed]]:
        yield from self._collect(wait=False)
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
        return worker if worker and self._owed[worker] < self._each else None

    def _start(self) -> _Worker:
        process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        )
        assert process.stdin  # noqa: S101 - asked for above
        assert process.stdout  # noqa: S101
        be_polite(process.pid, replace(self._pace, nice=max(self._pace.nice, _behind_us())))
        worker = _Worker(process, process.stdin.fileno(), process.stdout.fileno())
        self._owed[worker] = 0
        os.set_blocking(worker.requests, False)
        _widen(worker)
        self._ready.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def _collect(
        self, or_room_at: _Worker | None = None, *, wait: bool = True
    ) -> Iterator[Sequence[Hashed]]:
        """What workers have answered; wait for any of them, or until one takes more requests."""
        if or_room_at:
            self._ready.register(or_room_at.requests, selectors.EVENT_WRITE)
        ready = [key.data for key, _ in self._ready.select(None if wait else 0) if key.data]
        if or_room_at:
            self._ready.unregister(or_room_at.requests)
        answers: list[Sequence[Hashed]] = []
        for worker in ready:
            answer = receive_hashed(worker.answers)
            if not answer:
                raise _lost(worker)
            self._owed[worker] -= 1
            self._each = _ahead(answer)
            answers.append(answer)
        yield from answers  # now: whoever takes them may wait for the same workers


def _behind_us() -> int:
    """Who feeds them comes first: else they wait for files each time that rows are written.

    Linux compares priorities inside one session only (sched(7), autogroup): they stay in ours.
    """
    return os.getpriority(os.PRIO_PROCESS, 0) + _BEHIND


def _ahead(batch: Sequence[Hashed]) -> int:
    """How many batches like this one a worker may owe."""
    size = sum(one.status.size for one in batch if one.status is not None and one.sha256)
    return max(_LEAST_EACH, min(_MOST_EACH, _BYTES_EACH // max(size, 1)))


def _widen(worker: _Worker) -> None:
    """So that it works on while we write rows; an ordinary user's pipes may have to stay small."""
    with contextlib.suppress(OSError):
        for pipe in (worker.requests, worker.answers):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _lost(worker: _Worker) -> HashWorkerError:
    return HashWorkerError(code=worker.process.wait(_STOP_S))
