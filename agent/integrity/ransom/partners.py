"""Finds for a file that went the shapeless one that came in its place, in either order. Pure."""

import math
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from agent.files.content_class import UNKNOWN
from agent.integrity.ransom import limits
from agent.integrity.ransom.names import folder_of, looks_random, name_of, stems
from agent.integrity.ransom.shelf import Left, Shelf
from agent.integrity.ransom.sign import NOTHING_TO_LOSE

_BUCKETS_PER_E = 25.0  # sizes are sorted by their logarithm: 4 % wide


class Pair(NamedTuple):
    """One that went, and the one that came in its place."""

    gone: Left
    came: Left
    by_name: bool  # else size, inode or a random name alone suggest it


class Partners:
    """Guards the two shelves of one watched path."""

    def __init__(self) -> None:
        self._gone = Shelf(_gone_keys)
        self._came = Shelf(_came_keys)

    @property
    def waiting(self) -> int:
        """How many files wait for a partner."""
        return len(self._gone) + len(self._came)

    def went(self, left: Left) -> Pair | None:
        """A file is gone; its place may have been taken already."""
        passed = self._came.take_path(left.path) is not None  # it only came to go
        if passed or left.content in NOTHING_TO_LOSE:
            return None
        name, folder = name_of(left.path), folder_of(left.path)
        named = self._came.take(("stem", name))
        weak: tuple[Hashable, ...] = ()
        if left.content != UNKNOWN:  # databases make and drop such files all day
            named = named or self._came.take(_same(left.path))
            sizes = (("size", folder, one) for one in _sizes_of_copy(left.size))
            weak = (("inode", left.inode), *sizes, ("random", folder))
        came = named or _first(self._came, weak)
        if came is not None:
            return Pair(left, came, by_name=named is not None)
        self._gone.put(left)
        return None

    def came(self, left: Left) -> Pair | None:
        """A file is there; what it may stand for may be gone already."""
        back = self._gone.take_path(left.path)
        if back is not None:
            return Pair(back, left, by_name=True)
        name = name_of(left.path)
        by_name = *(("name", stem) for stem in stems(name)), _same(left.path)
        named = _first(self._gone, by_name)
        if named is not None:
            return Pair(named, left, by_name=True)
        keys: list[Hashable] = [("inode", left.inode)]
        if left.shapeless:
            folder = folder_of(left.path)
            keys += [("size", folder, one) for one in _sizes_of_original(left.size)]
            if looks_random(name):
                keys.append(("any", folder))
        gone = _first(self._gone, tuple(keys))
        if gone is not None:
            return Pair(gone, left, by_name=False)
        self._came.put(left)
        return None

    def renamed(self, old_path: bytes, left: Left) -> Pair | None:
        """What came a while ago has another name now, and may stand for what is gone by that."""
        return None if self._came.take_path(old_path) is None else self.came(left)


def _first(shelf: Shelf, keys: tuple[Hashable, ...]) -> Left | None:
    for key in keys:
        found = shelf.take(key)
        if found is not None:
            return found
    return None


def _gone_keys(left: Left) -> Iterator[Hashable]:
    folder = folder_of(left.path)
    yield "name", name_of(left.path)
    if left.content != UNKNOWN:
        yield _same(left.path)
        yield "inode", left.inode
        yield "size", folder, _bucket(left.size)
        yield "any", folder


def _came_keys(left: Left) -> Iterator[Hashable]:
    """What has a shape stands for another file only where names or inodes say so."""
    name, folder = name_of(left.path), folder_of(left.path)
    for stem in stems(name):
        yield "stem", stem
    yield _same(left.path)
    yield "inode", left.inode
    if left.shapeless:
        yield "size", folder, _bucket(left.size)
        if looks_random(name):
            yield "random", folder


def _same(path: bytes) -> Hashable:
    """The name without its last extension, in its folder."""
    name = name_of(path)
    return "same", folder_of(path), name.rpartition(b".")[0] or name


def _bucket(size: int) -> int:
    return int(math.log(size + 1) * _BUCKETS_PER_E)


def _sizes_of_copy(size: int) -> Iterator[int]:
    """Buckets in which an encrypted copy of a file of this size lies."""
    most = int(size * (1 + limits.LONGER_BY_SHARE)) + limits.LONGER_BY_BYTES
    yield from range(_bucket(size), _bucket(most) + 1)
    encoded = int(size * limits.BASE64_GROWTH)
    yield from range(_bucket(encoded), _bucket(int(encoded * (1 + limits.LONGER_BY_SHARE))) + 1)


def _sizes_of_original(size: int) -> Iterator[int]:
    least = max(0, int((size - limits.LONGER_BY_BYTES) / (1 + limits.LONGER_BY_SHARE)))
    yield from reversed(range(_bucket(least), _bucket(size) + 1))
    decoded = int(size / limits.BASE64_GROWTH)
    yield from range(_bucket(int(decoded / (1 + limits.LONGER_BY_SHARE))), _bucket(decoded) + 1)
