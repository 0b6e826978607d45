"""Makes a plan of a restore: which point of which site, what it holds, where it will lie."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from agent.backup import points
from agent.backup.course import Course
from agent.backup.errors import (
    NoDatasetOfPathError,
    NoSitePointError,
    NothingNamedError,
    NotInDatasetError,
    NotInPointError,
)
from agent.backup.restore import goal as restore_goal
from agent.backup.restore import guards as restore_guards
from agent.backup.restore import listing as restore_listing
from agent.backup.restore import live as restore_live
from agent.backup.restore.choosing import Candidate, Choice, candidates, older
from agent.backup.restore.goal import Goal, Way, Wish
from agent.backup.restore.listing import Listing
from agent.backup.restore.live import Live
from agent.backup.sources.layout import layout_of
from agent.backup.sources.producing import sources
from agent.config.model import Dataset
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import chosen
from agent.daemon.work.backup.points_job import doors_of
from agent.daemon.work.sites.asking import Asked, ask_sites
from agent.restic.errors import ResticError
from texts.moments import show_moment

_MOST_ASKED_POINTS = 60  # when the newest does not hold it


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for; what is empty is chosen: dataset, site, point, place."""

    path: Path | None = None
    dataset: str = ""
    site: str = ""
    snapshot: str = ""
    at: datetime | None = None
    wish: Wish = field(default_factory=Wish)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done; nothing has been written yet."""

    dataset: Dataset
    candidate: Candidate
    others: tuple[Candidate, ...]  # where it is tried next
    listing: Listing
    goal: Goal
    live: Live | None
    asked: Asked
    newest_lacks_it: bool  # an older point was taken, for the newest does not hold it

    @property
    def troubles(self) -> tuple[ResticError, ...]:
        return tuple(self.asked.troubles.values())


def make(app: App, request: Request, course: Course) -> Plan:
    """Ask the sites and decide.

    Raises:
        UnknownSiteError, UnknownDatasetError, NoDatasetOfPathError, NotInDatasetError: there is
            no such thing.
        NoSitePointError, NotInPointError: no site holds it.
        AgentError: the goal cannot be used (`restore_goal`, `restore_guards`).
    """
    dataset = dataset_of(app, request)
    saved = sources(dataset, app.home)
    live = _live(dataset, saved, request.path)
    inner = _inner(dataset, saved, request.path)
    _guard_early(app, request.wish)
    choice = Choice(dataset.name, request.snapshot, request.at)
    asked = ask_sites(app, doors_of(app, request.site), course)
    found = candidates(asked.holdings, choice, app.clock.now())
    if not found:
        raise _nothing_fits(asked, choice)
    candidate, listing = _list(app, asked, found, inner, course, choice)
    if live is not None:
        listing = restore_listing.of_single_file(listing, live.name)
    goal = restore_goal.choose(live, request.wish, candidate.point.at, app.clock.now())
    restore_guards.demand_apart(goal.final, app.home, app.config.sites)
    return Plan(
        dataset=dataset,
        candidate=candidate,
        others=_others(found, candidate),
        listing=listing,
        goal=goal,
        live=_look(goal, listing, candidate),
        asked=asked,
        newest_lacks_it=candidate.point.tree not in {one.point.tree for one in found},
    )


def dataset_of(app: App, request: Request) -> Dataset:
    """The named dataset, or the one that the path lies in; of nested ones the innermost."""
    if request.dataset:
        (dataset,) = chosen(app, (request.dataset,))
        return dataset
    if request.path is None:
        raise NothingNamedError
    depths = {}
    for dataset in app.config.datasets:
        saved = sources(dataset, app.home)
        real = _real(saved, request.path)
        roots = layout_of(saved).roots
        inside = [len(root.parts) for root in roots if real.is_relative_to(root)]
        if inside:
            depths[max(inside)] = dataset
    if not depths:
        known = ", ".join(
            str(path) for one in app.config.datasets for path in sources(one, app.home)
        )
        raise NoDatasetOfPathError(path=str(request.path), known=known)
    return depths[max(depths)]


def _inner(dataset: Dataset, saved: tuple[Path, ...], path: Path | None) -> bytes:
    if path is None:
        return b"/"
    real = _real(saved, path)
    try:
        return os.fsencode(layout_of(saved).inner(real))
    except ValueError as error:
        raise NotInDatasetError(
            path=str(path), dataset=dataset.name, folders=", ".join(map(str, saved))
        ) from error


def _live(dataset: Dataset, saved: tuple[Path, ...], path: Path | None) -> Path | None:
    """Where it lay; dumps are made for the backup and belong nowhere else."""
    if not dataset.paths and dataset.export is None:
        return None
    if path is not None:
        return _real(saved, path)
    roots = layout_of(saved).roots
    return roots[0] if len(roots) == 1 else None


def _real(saved: tuple[Path, ...], path: Path) -> Path:
    """The folder as it is really called, and the last name as it was given."""
    real = Path(os.path.realpath(path))
    if real in layout_of(saved).roots:
        return real
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the last link
    return Path(os.path.realpath(absolute.parent)) / absolute.name


def _nothing_fits(asked: Asked, choice: Choice) -> NoSitePointError:
    wanted = choice.snapshot or (show_moment(choice.at) if choice.at else "*")
    return NoSitePointError(
        dataset=choice.dataset, wanted=wanted, reasons=_reasons(asked, choice.dataset)
    )


def _reasons(asked: Asked, dataset: str) -> str:
    """What each site holds instead, or why it could not be asked."""
    held = []
    for holding in asked.holdings:
        found = points.points_of(holding.snapshots, dataset)
        ends = (show_moment(found[-1].at), show_moment(found[0].at)) if found else ("-",)
        held.append(f"{holding.site}: {' - '.join(dict.fromkeys(ends))}")
    return ", ".join([*held, *(f"{name}: {one.cause}" for name, one in asked.troubles.items())])


def _list(
    app: App,
    asked: Asked,
    found: Sequence[Candidate],
    inner: bytes,
    course: Course,
    choice: Choice,
) -> tuple[Candidate, Listing]:
    """The first candidate that can be listed and holds it; where no point was named, also older."""
    missing: NotInPointError | None = None
    trouble: ResticError | None = None
    tried = list(found)
    if choice.is_open:
        tried += older(found[0], choice.dataset, app.clock.now())[:_MOST_ASKED_POINTS]
    for candidate in tried:
        restic = asked.restics[candidate.site]
        try:
            with course.work("list", candidate.site) as meter:
                listing = restore_listing.list_point(restic, candidate.point, inner, meter.tell)
        except NotInPointError as error:
            missing = missing or error
        except ResticError as error:
            trouble = error
            asked.troubles.setdefault(candidate.site, error)
        else:
            return candidate, listing
    raise missing or trouble or _nothing_fits(asked, choice)


def _others(found: Sequence[Candidate], candidate: Candidate) -> tuple[Candidate, ...]:
    """Other sites' points: of the same content first."""
    rest = []
    for one in found:
        if one.site == candidate.site:
            continue
        same = next(
            (each for each in one.holding.snapshots if each.origin == candidate.point.origin), None
        )
        rest.append(replace(one, point=same) if same is not None else one)
    return tuple(sorted(rest, key=lambda one: one.point.tree != candidate.point.tree))


def _guard_early(app: App, wish: Wish) -> None:
    if wish.into is not None:
        restore_guards.demand_new_target(wish.into, *app.config.datasets)
        restore_guards.demand_apart(wish.into, app.home, app.config.sites)


def _look(goal: Goal, listing: Listing, candidate: Candidate) -> Live | None:
    if goal.live is None or not os.path.lexists(goal.live):
        return None
    return restore_live.look(goal.live, listing, candidate.point.at)


__all__ = ["Plan", "Request", "Way", "make"]
