"""Which versions of what was sought exist, and in which points. Pure.

A version is told from another by kind, size and time of change; a folder's by all files in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from agent.backup.restore.names_index import Lasting


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


Row = tuple[str, Version, tuple[PointAt, ...]]  # a path, its version, points that hold it


def matches_of(dataset: str, rows: Iterable[Row]) -> list[Match]:
    """The newest first."""
    matches: dict[str, Match] = {}
    for path, version, points in rows:
        match = matches.get(path)
        if match is None:
            match = matches[path] = Match(dataset, path)
        held = match.versions.get(version)
        match.versions[version] = list(points) if held is None else newest_first([*held, *points])
    return sorted(matches.values(), key=lambda one: one.newest_at, reverse=True)


def newest_first(points: Iterable[PointAt]) -> list[PointAt]:
    return sorted(set(points), key=lambda point: point.at, reverse=True)


def by_tree(points: Iterable[PointAt]) -> dict[str, list[PointAt]]:
    """The points of each content, newest first."""
    found: defaultdict[str, list[PointAt]] = defaultdict(list)
    for point in newest_first(points):
        found[point.tree].append(point)
    return found


def rows_of(
    lasting: Iterable[Lasting], numbers: Mapping[int, str], points: Sequence[PointAt]
) -> Iterator[Row]:
    """What was learned, with the points that are meant; versions in no such point are left out."""
    held = by_tree(points)
    of_range: dict[tuple[int, int], tuple[PointAt, ...]] = {}
    for each in lasting:
        ends = each.first, each.last
        if ends not in of_range:
            trees = [tree for number, tree in numbers.items() if ends[0] <= number <= ends[1]]
            inside = (point for tree in trees for point in held[tree])
            of_range[ends] = tuple(newest_first(inside))
        if of_range[ends]:
            yield each.path, Version(each.type, each.size, each.mtime), of_range[ends]


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
