"""How a judge of formats reads a file: pieces of it, within a budget."""

from collections.abc import Iterator
from typing import Protocol

BUDGET = 1 << 20  # bytes that one judge reads of one file
_GOLDEN = 0.6180339887498949


class View(Protocol):
    """A file that is open; a read beyond its end gives what is there."""

    @property
    def size(self) -> int: ...

    @property
    def seed(self) -> float:
        """0 to 1, secret: where the stretches between start and end begin."""

    def read(self, offset: int, length: int) -> bytes: ...


def offsets(view: View, length: int, count: int) -> list[int]:
    """Start and end, and between them stretches that lie at no regular distance.

    Whoever encrypts each n-th block must not find that the same n-th blocks are never looked at.
    """
    last = max(0, view.size - length)
    if view.size <= length * count:
        return list(range(0, last + 1, length)) if last else [0]
    between = sorted(int(((view.seed + number * _GOLDEN) % 1.0) * last) for number in range(count))
    return sorted({0, last, *between})


def stretches(view: View, length: int, count: int) -> Iterator[bytes]:
    for offset in offsets(view, length, count):
        yield view.read(offset, length)
