"""Read each file once and hash it, on a few threads: hashlib lets other threads run meanwhile."""

import hashlib
import os
import stat
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Self

from agent.files.names import path_of
from agent.files.record import Status, Trouble, status_of
from agent.files.walk import trouble_of

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_ATTEMPTS = 3
_AT_ONCE = 1 << 20  # bytes read in one piece
_BATCH_FILES = 64
_BATCH_BYTES = 4 << 20
_BATCHES_WAITING = 8


class Hashed(NamedTuple):
    """A file's content as it was while its status stood still. Without status: it vanished."""

    key: bytes
    status: Status | None
    sha256: bytes | None
    trouble: Trouble = Trouble.NONE


class StoppedError(Exception):
    """The work was called off in the middle of a file."""


class Hashers:
    """Threads that hash batches of files; what waits is bounded, and results come in order."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hash")
        self._stop = threading.Event()
        self._waiting: deque[Future[list[Hashed]]] = deque()
        self._batch: list[tuple[bytes, Status]] = []
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, key: bytes, status: Status) -> Iterator[Hashed]:
        """Take a file on; yield what is done when too much waits."""
        self._batch.append((key, status))
        self._bytes += status.size
        if len(self._batch) >= _BATCH_FILES or self._bytes >= _BATCH_BYTES:
            self._submit()
            if len(self._waiting) > _BATCHES_WAITING:
                yield from self._waiting.popleft().result()

    def rest(self) -> Iterator[Hashed]:
        self._submit()
        while self._waiting:
            yield from self._waiting.popleft().result()

    def _submit(self) -> None:
        if self._batch:
            self._waiting.append(self._pool.submit(_hash_all, self._batch, self._stop))
        self._batch, self._bytes = [], 0


def hash_file(key: bytes, status: Status, stop: threading.Event) -> Hashed:
    """Hash the file that lstat showed with this status.

    It is read again when its status is another one afterwards; a file that never stands still
    is reported as unstable, with its last status.
    """
    for _ in range(_ATTEMPTS):
        try:
            digest, after = _read(path_of(key), status.size, stop)
        except FileNotFoundError:
            return Hashed(key, None, None)
        except OSError as error:
            return Hashed(key, status, None, trouble_of(error))
        if after == status:
            return Hashed(key, status, digest)
        status = after
    return Hashed(key, status, None, Trouble.UNSTABLE)


def _hash_all(batch: list[tuple[bytes, Status]], stop: threading.Event) -> list[Hashed]:
    return [hash_file(key, status, stop) for key, status in batch]


def _read(path: bytes, size: int, stop: threading.Event) -> tuple[bytes | None, Status]:
    """Digest of the content, and the status after reading; no digest for what is no file."""
    if stop.is_set():
        raise StoppedError
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        if size < _AT_ONCE:
            content = os.read(descriptor, size + 1)
            after = status_of(os.fstat(descriptor))
            if len(content) == after.size:
                return hashlib.sha256(content).digest(), after
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None, status_of(os.fstat(descriptor))
        os.lseek(descriptor, 0, os.SEEK_SET)
        return _read_pieces(descriptor, stop)
    finally:
        os.close(descriptor)


def _read_pieces(descriptor: int, stop: threading.Event) -> tuple[bytes, Status]:
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_AT_ONCE))
    while length := os.readv(descriptor, [buffer]):
        if stop.is_set():
            raise StoppedError
        digest.update(buffer[:length])
    return digest.digest(), status_of(os.fstat(descriptor))
