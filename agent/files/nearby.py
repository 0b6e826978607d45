"""Who hashes for a look at single paths: we ourselves, worker processes, or somebody later."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.files.hashers import Hashers
from agent.files.hashing import Hashed, Manner, hash_file
from agent.files.record import Status

LARGE_BYTES = 16 << 20  # a quarter of a second of a slow disk: other changes must not wait for it
_FEW = 256  # files; to start a process costs as much as to hash so many


class Nearby:
    """Hashes the first few files here, further ones in worker processes, and no large one."""

    def __init__(self, workers: Hashers, take_large: Callable[[bytes], None]) -> None:
        self._workers = workers
        self._take_large = take_large
        self._done = 0

    def add(self, key: bytes, status: Status | None) -> Iterator[Sequence[Hashed]]:
        if status is not None and status.size >= LARGE_BYTES:
            self._take_large(key)
        elif self._done < _FEW:
            self._done += 1
            yield (hash_file(key, status, Manner(most_bytes=LARGE_BYTES - 1)),)
        else:
            yield from self._workers.add(key, status)

    def rest(self) -> Iterator[Sequence[Hashed]]:
        yield from self._workers.rest()


@dataclass(frozen=True, slots=True)
class HereAndNow:
    """Hashes each file itself, however large; `pulse` may stop it between two pieces."""

    pulse: Callable[[], None]

    def add(self, key: bytes, status: Status | None) -> Iterator[Sequence[Hashed]]:
        yield (hash_file(key, status, Manner(self.pulse)),)

    def rest(self) -> Iterator[Sequence[Hashed]]:
        return iter(())
