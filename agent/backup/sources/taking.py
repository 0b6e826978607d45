"""What a run saves: produced and proved where it must be, then looked at as folders."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from agent.backup.course import Course
from agent.backup.databases import shelf
from agent.backup.databases.kit import Taken
from agent.backup.errors import ProductionError
from agent.backup.records.productions import Production
from agent.backup.records.records import Records
from agent.backup.sources import producing, source
from agent.backup.sources.layout import layout_of
from agent.backup.sources.sourcing import SourceLook, look_at_source
from agent.config.datasets import Dataset
from agent.config.home import Home
from agent.files.tally import tally
from wire.verdicts import Cause

_RUNS_COMPARED = 10
log = logging.getLogger("lachan.agent")


@dataclass(frozen=True, slots=True)
class Taker:
    """What taking needs on this host."""

    bench: producing.Workbench
    records: Records


def take(taker: Taker, dataset: Dataset, course: Course, *, accept_source: bool) -> SourceLook:
    """Produce, look, judge. What was proved is remembered, for the next to be compared with."""
    seen = _taken(taker, dataset, course, accept_source=accept_source)
    if not dataset.paths:
        _keep_words(taker.bench.home, dataset.name, seen.says if seen.fault else "")
    return seen


def _keep_words(home: Home, dataset: str, says: str) -> None:
    """The result holds them too: a disk that takes no words stops nothing."""
    try:
        shelf.keep_words(home, dataset, says)
    except OSError as error:
        log.warning("what a dump's program said is not kept: %s", error)


def _taken(taker: Taker, dataset: Dataset, course: Course, *, accept_source: bool) -> SourceLook:
    try:
        taken = _produced(taker, dataset, course, accept_source=accept_source)
    except ProductionError as error:
        return failed(error)
    roots = layout_of(producing.sources(dataset, taker.bench.home)).roots
    seen = _judged(_seen(taker, dataset, course, roots), dataset, accept_source=accept_source)
    if taken is not None and seen.fault is None:
        made = Production(
            taken.taken_at, taken.consistency, taken.look, taken.marker_at, taken.accepted
        )
        taker.records.productions(dataset.name).add(made)
    return replace(seen, taken=taken)


def still_good(taker: Taker, dataset: Dataset, seen: SourceLook) -> SourceLook:
    """The same once it was saved: what changed under our hands is no point."""
    try:
        producing.still_so(taker.bench, dataset, seen.taken)
    except ProductionError as error:
        return replace(seen, fault=error.cause, says=error.says)
    return seen


def failed(error: ProductionError) -> SourceLook:
    """Nothing was taken, so nothing was looked at."""
    seen = source.Seen(missing=False, unreadable=False, files=0, bytes=0, devices="")
    return SourceLook(seen, error.cause, error.says)


def _produced(
    taker: Taker, dataset: Dataset, course: Course, *, accept_source: bool
) -> Taken | None:
    if dataset.paths:
        return None
    history = taker.records.productions(dataset.name).newest_first()
    with course.phase("dump"), course.work("dump") as meter:
        meter.expect(None, history[0].look.bytes if history else None)
        return producing.produce(
            taker.bench,
            dataset,
            history,
            lambda size: meter.tell(None, size),
            accept_source=accept_source,
        )


def _seen(taker: Taker, dataset: Dataset, course: Course, roots: Sequence[Path]) -> SourceLook:
    history = taker.records.good_runs(dataset.name, _RUNS_COMPARED)
    with course.phase("source"), course.work("source") as meter:
        meter.expect(history[0].files if history else None, None)
        return look_at_source(partial(tally, on_files=meter.tell), roots, history)


def _judged(seen: SourceLook, dataset: Dataset, *, accept_source: bool) -> SourceLook:
    """A person may accept less than before, never less than the owner demands."""
    files, size = seen.seen.files, seen.seen.bytes
    if seen.fault is None and (files < dataset.min_files or size < dataset.min_bytes):
        wanted = f"{dataset.min_files} files, {dataset.min_bytes} bytes"
        says = f"{files} files, {size} bytes; at least {wanted}"
        return replace(seen, fault=Cause.SOURCE_SHRUNK, says=says)
    if accept_source and files and seen.fault is not None:
        return _judged(replace(seen, fault=None, accepted=True), dataset, accept_source=False)
    return seen
