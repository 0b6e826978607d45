"""From what a dataset is to the folders that are saved: `sources` says where they are.

Databases are dumped here before anything is looked at. What cannot be proved is thrown away, the
dump before it stays, and no point is made.
"""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from agent.backup.databases import mariadb, postgresql, shelf, sqlite
from agent.backup.databases.judging import fault
from agent.backup.databases.kit import LIMIT, Kit, Taken
from agent.backup.databases.sql_text import DumpLook
from agent.backup.errors import ProductionError
from agent.backup.records.productions import Production
from agent.backup.records.rows import since_accepted
from agent.backup.sources import exports
from agent.clock import Clock
from agent.config.datasets import Dataset
from agent.config.home import Home
from agent.config.sources import originals, sources
from wire.verdicts import Cause

__all__ = ["Workbench", "originals", "produce", "sources", "still_so"]

_MORE = 1.2  # a dump is expected to be no larger than the last one times this
_STEP = timedelta(seconds=1)  # restic keeps whole seconds of a point's time


@dataclass(frozen=True, slots=True)
class Workbench:
    """What producing needs on this host."""

    home: Home
    clock: Clock
    folders: str  # where programs are looked for
    limit: timedelta = LIMIT


def produce(
    bench: Workbench,
    dataset: Dataset,
    history: Sequence[Production],
    tell: Callable[[int], None],
    *,
    accept_source: bool = False,
) -> Taken | None:
    """Make and prove what is to be saved; None: folders are saved as they lie.

    Args:
        bench: where and with what.
        dataset: of any kind.
        history: what was proved before, newest first.
        tell: is told the bytes made so far.
        accept_source: a person says that it shrank on purpose.

    Raises:
        ProductionError: there is nothing that may be saved.
    """
    if dataset.paths:
        return None
    if dataset.export is not None:
        return _exported(bench, dataset, history, tell)
    usual = history[0].look.bytes if history else 0
    try:
        with shelf.workshop(bench.home, dataset.name) as folder:
            shelf.demand_room(folder, int(usual * _MORE), dataset.name)
            kit = _kit(bench, dataset, folder, tell)
            taken = _dumped(dataset, kit)
            taken = _proved(kit, taken, history, accept_source=accept_source)
            shelf.put_on_shelf(folder, bench.home, dataset.name)
    except OSError as error:
        says = f"{error.filename}: {error.strerror}"
        cause = Cause.NO_SPACE if error.errno == errno.ENOSPC else Cause.DUMP_FAILED
        raise ProductionError(cause, dataset=dataset.name, says=says) from error
    return _after(taken, history)


def still_so(bench: Workbench, dataset: Dataset, taken: Taken | None) -> None:
    """After saving: an export that began again meanwhile is no point.

    Raises:
        ProductionError: it did.
    """
    if dataset.export is None or taken is None or taken.marker_at is None:
        return
    kit = _kit(bench, dataset, dataset.export.path, lambda _: None)
    if not exports.still(dataset.export, kit, taken.marker_at):
        raise kit.failed(Cause.EXPORT_INCOMPLETE, "exported again meanwhile")


def _dumped(dataset: Dataset, kit: Kit) -> Taken:
    if dataset.postgresql is not None:
        return postgresql.dump(dataset.postgresql, kit)
    if dataset.mariadb is not None:
        return mariadb.dump(dataset.mariadb, kit)
    if dataset.sqlite is not None:
        return sqlite.copy(dataset.sqlite, kit)
    raise AssertionError(dataset.name)  # the configuration's rules demand one source


def _exported(
    bench: Workbench,
    dataset: Dataset,
    history: Sequence[Production],
    tell: Callable[[int], None],
) -> Taken | None:
    if dataset.export is None:
        return None
    kit = _kit(bench, dataset, dataset.export.path, tell)
    before = history[0].marker_at if history else None
    return _after(exports.look(dataset.export, kit, dataset.rpo_duration, before), history)


def _proved(kit: Kit, taken: Taken, history: Sequence[Production], *, accept_source: bool) -> Taken:
    """The same, with the word of a person where it was needed."""
    looks = [before.look for before in since_accepted(history)]
    cause = fault(taken.look, looks)
    if cause is Cause.SOURCE_SHRUNK and accept_source:
        return replace(taken, accepted=True)
    if cause is not None:
        before = f"; before: {_told(looks[0])}" if looks else ""
        raise kit.failed(cause, f"{_told(taken.look)}{before}")
    return taken


def _told(look: DumpLook) -> str:
    return f"{look.tables} tables, {look.data_bytes} bytes of data, {look.bytes} bytes in all"


def _after(taken: Taken, history: Sequence[Production]) -> Taken:
    """No two points of one moment: the same export taken again is a second younger."""
    if history and history[0].marker_at == taken.marker_at is not None:
        return replace(taken, taken_at=history[0].taken_at + _STEP)
    return taken


def _kit(bench: Workbench, dataset: Dataset, folder: Path, tell: Callable[[int], None]) -> Kit:
    return Kit(dataset.name, folder, bench.clock, tell, bench.folders, bench.limit)
