"""Learns the names of new points, so that searching takes no time when somebody is in a hurry."""

import contextlib

from agent.backup.course import Course
from agent.backup.records.records import open_records
from agent.backup.restore.names_index import NamesIndex, open_names
from agent.config.model import Dataset
from agent.daemon.app import App
from agent.daemon.work.backup.points_job import doors_of
from agent.daemon.work.restore.find_job import trees_held
from agent.daemon.work.sites import asking
from agent.restic import reading
from agent.restic.errors import ResticError
from agent.state.lock import hold

LOCK = "names"


def learn(app: App, course: Course) -> int:
    """Learn what is new; say how many contents. What no site shows now is learned another time.

    Raises:
        BusyError: another process does it.
    """
    if not app.config.datasets or not app.config.sites or not _is_due(app):
        return 0
    with (
        hold(app.home, LOCK, clock=app.clock),
        contextlib.closing(open_names(app.home, app.clock)) as index,
    ):
        answers = asking.ask_sites(app, doors_of(app, ""), course)
        return sum(_learn(app, answers, index, each, course) for each in app.config.datasets)


def _is_due(app: App) -> bool:
    """Whether a point was read back whose names are not known; the sites are not asked for it."""
    with (
        contextlib.closing(open_records(app.home, app.clock)) as records,
        contextlib.closing(open_names(app.home, app.clock)) as index,
    ):
        return any(
            point.tree not in index.trees(dataset.name)
            for dataset in app.config.datasets
            for site in app.config.sites
            for point in records.points(dataset.name, site.name)
        )


def _learn(
    app: App, answers: asking.Asked, index: NamesIndex, dataset: Dataset, course: Course
) -> int:
    held = trees_held(answers, dataset.name)
    if not answers.troubles:
        index.forget(dataset.name, held)
    learned = 0
    for tree in held.keys() - index.trees(dataset.name).keys():
        learned += any(
            _learn_at(app, answers, index, dataset.name, place, course) for place in held[tree]
        )
    return learned


def _learn_at(
    app: App,
    answers: asking.Asked,
    index: NamesIndex,
    dataset: str,
    place: tuple[str, str],
    course: Course,
) -> bool:
    site, snapshot = place
    try:
        with (
            course.work("learn", site),
            reading.listed(answers.restics[site], snapshot) as (head, nodes),
        ):
            index.learn(dataset, head.tree, nodes, app.clock.now())
    except ResticError as error:
        course.trouble(site, error)
        return False
    return True
