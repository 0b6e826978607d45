"""Finds names in all points of all sites: what is learned here at once, the rest by restic."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from agent.backup import points
from agent.backup.course import Course
from agent.backup.records.records import open_records
from agent.backup.restore import finding
from agent.backup.restore.find_pattern import pattern_of
from agent.backup.restore.finding import Match, PointAt, Row, Version
from agent.backup.restore.folding import matcher, words_of
from agent.backup.restore.names_index import NamesIndex, open_names
from agent.backup.sources.layout import layout_of
from agent.backup.sources.producing import sources
from agent.config.model import Dataset
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import chosen
from agent.daemon.work.backup.points_job import doors_of
from agent.daemon.work.sites import asking
from agent.restic import reading
from agent.restic.errors import ResticError
from recovery.rpo import lies_ahead

_MOST_FOLDERS = 30  # whose files are counted
_IDS_AT_ONCE = 500  # snapshots that one start of restic is asked about


@dataclass(frozen=True, slots=True)
class Asked:
    """What is sought, and where."""

    wanted: str
    datasets: Sequence[str] = ()
    site: str = ""
    at: datetime | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(slots=True)
class Found:
    """The matches, newest first; which sites answered, and what could not be looked at."""

    asked: Asked
    matches: list[Match] = field(default_factory=list)
    starts: dict[str, str] = field(default_factory=dict)  # what a dataset's paths begin with here
    points: int = 0
    unsearched: int = 0  # points that no site let us look into
    troubles: list[ResticError] = field(default_factory=list)
    remembered: tuple[str, ...] = ()  # sites whose points are told as last read back


def find(app: App, asked: Asked, course: Course) -> Found:
    """Look in the points of every dataset and site that are meant.

    Raises:
        UnknownSiteError, UnknownDatasetError: there is no such thing.
    """
    answers = asking.ask_sites(app, doors_of(app, asked.site), course)
    found = Found(asked, troubles=list(answers.troubles.values()))
    found.remembered = tuple(sorted(answers.troubles))
    with contextlib.closing(open_names(app.home, app.clock)) as index:
        for dataset in chosen(app, asked.datasets):
            search = _Search(app, asked, answers, dataset, index, course)
            matches = search.run(found)
            found.matches += matches
            start = layout_of(sources(dataset, app.home)).start
            found.starts[dataset.name] = str(start).rstrip("/")
    found.matches.sort(key=lambda one: one.newest_at, reverse=True)
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    """The search in one dataset's points."""

    app: App
    asked: Asked
    answers: asking.Asked
    dataset: Dataset
    index: NamesIndex
    course: Course

    def run(self, found: Found) -> list[Match]:
        wanted = self._wanted()
        found.points += len(wanted)
        learned = self.index.trees(self.dataset.name)
        rows = [*self._by_index(wanted, learned)]
        missing = [point for point in wanted if point.tree not in learned]
        rows += self._by_restic(missing, found)
        matches = finding.matches_of(self.dataset.name, rows)
        self._count_folders(matches, learned)
        return matches

    def _wanted(self) -> list[PointAt]:
        """Every point that is meant, newest first, with the sites that hold it."""
        asked, now = self.asked, self.app.clock.now()
        wanted = [
            one
            for one in self._points()
            if (asked.since is None or one.at >= asked.since)
            and (asked.before is None or one.at < asked.before)
            and (asked.at is None or one.at <= asked.at)
            and not lies_ahead(one.at, now)
        ]
        return wanted[:1] if asked.at is not None else wanted

    def _points(self) -> list[PointAt]:
        """As the sites list them now; of a site that is away, as they were last read back."""
        seen: dict[tuple[str, datetime], PointAt] = {}
        for holding in self.answers.holdings:
            for one in points.points_of(holding.snapshots, self.dataset.name):
                _add(seen, one.tree, one.at, holding.site)
        with contextlib.closing(open_records(self.app.home, self.app.clock)) as records:
            for site in self.answers.troubles:
                for kept in records.points(self.dataset.name, site):
                    _add(seen, kept.tree, kept.snapshot_at, site)
        return sorted(seen.values(), key=lambda one: one.at, reverse=True)

    def _by_index(self, wanted: Sequence[PointAt], learned: dict[str, int]) -> Iterator[Row]:
        numbers = {learned[one.tree]: one.tree for one in wanted if one.tree in learned}
        is_match = _matcher(self.asked.wanted)
        rows = self.index.search(
            self.dataset.name, words_of(self.asked.wanted), whole_path="/" in self.asked.wanted
        )
        return finding.rows_of((row for row in rows if is_match(row.path)), numbers, wanted)

    def _by_restic(self, missing: Iterable[PointAt], found: Found) -> list[Row]:
        """Ask the first site that holds a point; when it fails, the next."""
        waiting, rows = list(missing), list[Row]()
        held = finding.by_tree(waiting)
        for holding in self.answers.holdings:
            here = {
                one.id: one.tree
                for one in points.points_of(holding.snapshots, self.dataset.name)
                if any(one.tree == point.tree for point in waiting)
            }
            if not here:
                continue
            try:
                rows += [
                    (path, version, tuple(held[tree]))
                    for path, version, tree in self._found_at(holding.site, here)
                ]
            except ResticError as error:
                found.troubles.append(error)
                continue
            waiting = [point for point in waiting if point.tree not in here.values()]
        found.unsearched += len(waiting)
        return rows

    def _found_at(self, site: str, here: dict[str, str]) -> list[tuple[str, Version, str]]:
        restic = self.answers.restics[site]
        trees = dict.fromkeys(here.values())  # one snapshot for each content
        ids = [next(one for one, tree in here.items() if tree == each) for each in trees]
        is_match, pattern = _matcher(self.asked.wanted), pattern_of(self.asked.wanted)
        rows: list[tuple[str, Version, str]] = []
        with self.course.work("find", site) as meter:
            for begin in range(0, len(ids), _IDS_AT_ONCE):
                few = ids[begin : begin + _IDS_AT_ONCE]
                for snapshot, nodes in reading.find(restic, few, pattern):
                    rows += [
                        (node.path, Version(node.type, node.size, node.mtime), here[snapshot])
                        for node in nodes
                        if is_match(node.path)
                    ]
                meter.tell(begin + len(few))
        return rows

    def _count_folders(self, matches: Sequence[Match], learned: dict[str, int]) -> None:
        numbers = {number: tree for tree, number in learned.items()}
        folders = [one for one in matches if any(each.type == "dir" for each in one.versions)]
        for match in folders[:_MOST_FOLDERS]:
            inside = self.index.below(self.dataset.name, match.path)
            finding.with_states(match, finding.folder_states(inside, numbers))


def _matcher(wanted: str) -> Callable[[str], bool]:
    """Of a path: by its last name, or by all of it when a slash was typed; once for each."""
    is_match = matcher(wanted)
    return cache(is_match if "/" in wanted else lambda path: is_match(path.rpartition("/")[2]))


def _add(seen: dict[tuple[str, datetime], PointAt], tree: str, at: datetime, site: str) -> None:
    """A copy keeps the tree and the time: it is the same point."""
    known = seen.get((tree, at))
    sites = (*known.sites, site) if known else (site,)
    seen[tree, at] = PointAt(tree, at, sites)


def trees_held(answers: asking.Asked, dataset: str) -> dict[str, list[tuple[str, str]]]:
    """Each content of the dataset's points, with the sites and snapshots that hold it."""
    held: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for holding in answers.holdings:
        for one in points.points_of(holding.snapshots, dataset):
            held[one.tree].append((holding.site, one.id))
    return held
