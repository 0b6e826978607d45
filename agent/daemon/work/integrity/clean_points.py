"""The newest recovery point that an attack cannot have touched, from what this host knows."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.backup.records.records import Point, Records, open_records
from agent.config.datasets import Dataset
from agent.daemon.app import App
from agent.files.names import path_bytes


@dataclass(frozen=True, slots=True)
class Clean:
    """One dataset that holds files of the watched path, and its point."""

    dataset: str
    snapshot: str = ""  # empty: there is none that is known to be older
    at: datetime | None = None
    sites: tuple[str, ...] = ()  # that held this content before


def clean_points(app: App, watched: bytes, since: datetime) -> tuple[Clean, ...]:
    """For each dataset that holds files of this path. Empty: none does.

    A point counts if it had been read back, whole, before the first suspicious change: one that
    was still being written then may hold files that were lost already. Where nobody knows since
    when (`LONG_AGO`), none is old enough.
    """
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        sites = tuple(site.name for site in app.config.sites)
        return tuple(
            _newest(records, dataset.name, sites, since)
            for dataset in app.config.datasets
            if _holds(dataset, watched)
        )


def last_clean_at(points: tuple[Clean, ...]) -> datetime | None:
    """How far back one must go for all of it; None: of something there is no clean point."""
    moments = [point.at for point in points]
    known = [at for at in moments if at is not None]
    return min(known) if known and len(known) == len(moments) else None


def _newest(records: Records, dataset: str, sites: tuple[str, ...], since: datetime) -> Clean:
    held = [point for site in sites for point in records.points(dataset, site)]
    clean = [point for point in held if point.snapshot_at < since and point.read_back_at <= since]
    newest = max(clean, key=lambda point: point.snapshot_at, default=None)
    if newest is None:
        return Clean(dataset)
    return Clean(dataset, newest.snapshot, newest.snapshot_at, tuple(_sites(held, newest)))


def _sites(held: list[Point], newest: Point) -> Iterator[str]:
    """Content that is the same tree is as clean at the other site, whenever it came there."""
    yield from dict.fromkeys(point.site for point in held if point.tree == newest.tree)


def _holds(dataset: Dataset, watched: bytes) -> bool:
    export = (dataset.export.path,) if dataset.export else ()
    files = dataset.sqlite.files if dataset.sqlite else ()
    return any(_overlap(path, watched) for path in (*dataset.paths, *export, *files))


def _overlap(path: Path, watched: bytes) -> bool:
    one, other = path_bytes(path) + b"/", watched + b"/"
    return one.startswith(other) or other.startswith(one)
