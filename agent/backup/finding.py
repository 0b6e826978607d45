"""Which versions of what was sought exist, and in which points. Pure.

A version is told from another by kind, size and time of change; a folder's by all files in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from agent.backup.names_index import Lasting


@dataclass(frozen=True, slots=True)
class PointAt:
    """One point, wherever it lies: copies of it at other sites are the same point."""

    tree: str
    at: datetime
    sites: tuple[str, ...]


class Version(NamedTuple):
    """What is the same in all points that hold it. `files` is None where nobody counted."""

    type: str
    size: int | None
    mtime: str
    files: int | None = None
    state: int = 0  # tells folders apart that hold as many files and bytes


@dataclass(slots=True)
class Match:
    """One path and its versions; each with its points, newest first."""

    dataset: str
    path: str
    versions: dict[Version, list[PointAt]] = field(default_factory=dict)

    @property
    def newest_at(self) -> datetime:
        return max(points[0].at for points in self.versions.values())

    @property
    def ordered(self) -> list[tuple[Version, list[PointAt]]]:
        """The newest first."""
        return sorted(self.versions.items(), key=lambda each: each[1][0].at, reverse=True)


def matches_of(
    dataset: str, found: Iterable[tuple[str, Version, str]], points: Sequence[PointAt]
) -> list[Match]:
    """From (path, version, tree) to matches; trees of no wanted point are passed over."""
    by_tree: defaultdict[str, list[PointAt]] = defaultdict(list)
    for point in points:
        by_tree[point.tree].append(point)
    matches: dict[str, Match] = {}
    for path, version, tree in found:
        if tree in by_tree:
            match = matches.setdefault(path, Match(dataset, path))
            match.versions.setdefault(version, []).extend(by_tree[tree])
    for match in matches.values():
        for held in match.versions.values():
            held.sort(key=lambda point: point.at, reverse=True)
    return sorted(matches.values(), key=lambda one: one.newest_at, reverse=True)


def spread(
    lasting: Iterable[Lasting], numbers: Mapping[int, str]
) -> Iterator[tuple[str, Version, str]]:
    """Every version once for each learned tree that holds it."""
    ordered = sorted(numbers)
    for each in lasting:
        version = Version(each.type, each.size, each.mtime)
        for number in ordered:
            if each.first <= number <= each.last:
                yield each.path, version, numbers[number]


def folder_states(
    inside: Iterable[Lasting], numbers: Mapping[int, str]
) -> dict[str, tuple[int, int, int]]:
    """For each learned tree: files in the folder, their bytes, and a number for their state.

    One pass over the versions: each adds itself at its first tree and leaves after its last.
    """
    changes: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in inside:
        mark = hash((each.path, each.size, each.mtime))
        for number, sign in ((each.first, 1), (each.last + 1, -1)):
            change = changes[number]
            change[0] += sign
            change[1] += sign * each.size
            change[2] ^= mark
    states: dict[str, tuple[int, int, int]] = {}
    files = size = state = 0
    for number in sorted(changes.keys() | numbers.keys()):
        if number in changes:
            added = changes[number]
            files, size, state = files + added[0], size + added[1], state ^ added[2]
        if number in numbers:
            states[numbers[number]] = (files, size, state)
    return states


def with_states(match: Match, states: Mapping[str, tuple[int, int, int]]) -> None:
    """A folder's versions, told apart by the files in it; where none were counted, as it is."""
    versions: dict[Version, list[PointAt]] = {}
    known: dict[tuple[int, int, int], Version] = {}
    held = [(point, version) for version, points in match.versions.items() for point in points]
    for point, version in sorted(held, key=lambda each: each[0].at, reverse=True):
        state = states.get(point.tree)
        if state is not None:
            files, size, mark = state
            newest = Version(version.type, size, version.mtime, files, mark)
            version = known.setdefault(state, newest)  # noqa: PLW2901
        versions.setdefault(version, []).append(point)
    match.versions = versions
