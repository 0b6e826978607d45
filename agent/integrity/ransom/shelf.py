"""Files that wait for a partner, found by what they may be found by, in little room. Pure.

All of the newest wait, and of those that came before them an even share: whoever copies a hundred
thousand files before the originals go is found out by some of them, since few are enough.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator

from msgspec import Struct

from agent.files.content_class import LOCKED, SHAPELESS
from agent.files.record import FileRecord
from agent.integrity.ransom import limits

_INODE_BITS = 64


class Left(Struct, frozen=True, gc=False):
    """A file that went or came."""

    path: bytes
    size: int
    inode: int  # with its filesystem
    content: str
    at: float

    @property
    def shapeless(self) -> bool:
        return self.content in SHAPELESS or self.content in LOCKED


def left_of(record: FileRecord, content: str, at: float) -> Left:
    inode = record.device << _INODE_BITS | record.inode
    return Left(record.path, record.size, inode, content, at)


class Shelf:
    """Guards them; `keys_of` says under which keys a file is found, besides its path."""

    def __init__(self, keys_of: Callable[[Left], Iterable[Hashable]]) -> None:
        self._keys_of = keys_of
        self._waiting: dict[int, Left] = {}  # by number, the oldest first
        self._by: dict[int, int | list[int]] = {}  # hash of a key -> numbers, the oldest first
        self._next = 0
        self._stride = 1  # of those that are not among the newest each so many-th waits

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, left: Left) -> None:
        self._next += 1
        self._waiting[self._next] = left
        for key in self._keys(left):
            self._enter(hash(key))
        horizon = left.at - limits.PARTNERS_WAIT.total_seconds()
        while (oldest := next(iter(self._waiting.items())))[1].at < horizon:
            self._drop(oldest[0])
        if len(self._waiting) > limits.NEWEST_PARTNERS + limits.OLDER_PARTNERS:
            self._thin()

    def take(self, key: Hashable) -> Left | None:
        """The one that waits longest under this key; it waits no more."""
        for number in _numbers(self._by.get(hash(key), ())):
            left = self._waiting[number]
            if key in self._keys(left):  # two keys may have one hash
                self._drop(number)
                return left
        return None

    def take_path(self, path: bytes) -> Left | None:
        return self.take(("path", path))

    def _keys(self, left: Left) -> Iterator[Hashable]:
        yield "path", left.path
        yield from self._keys_of(left)

    def _enter(self, key: int) -> None:
        others = self._by.get(key)
        if others is None:
            self._by[key] = self._next
        elif isinstance(others, list):
            others.append(self._next)
        else:
            self._by[key] = [others, self._next]

    def _drop(self, number: int) -> None:
        for key in map(hash, self._keys(self._waiting.pop(number))):
            others = self._by[key]
            if not isinstance(others, list):
                del self._by[key]
                continue
            others.remove(number)
            if len(others) == 1:
                self._by[key] = others[0]

    def _thin(self) -> None:
        """An even share of the older ones stays, so small that there is room again."""
        older = [
            number for number in self._waiting if number <= self._next - limits.NEWEST_PARTNERS
        ]
        self._stride = max(1, self._stride // 2)
        while sum(number % self._stride == 0 for number in older) > limits.OLDER_PARTNERS // 2:
            self._stride *= 2
        for number in older:
            if number % self._stride:
                self._drop(number)


def _numbers(waiting: int | Iterable[int]) -> Iterable[int]:
    return (waiting,) if isinstance(waiting, int) else waiting
