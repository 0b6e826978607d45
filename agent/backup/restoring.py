"""Everyday restore: a folder or a file of a point into a new place, counted afterwards."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agent.backup.errors import (
    NotInDatasetError,
    NotInPointError,
    RestoreIncompleteError,
    TargetInRepositoryError,
    TargetIsLiveError,
    TargetIsOursError,
    TargetNotEmptyError,
)
from agent.backup.layout import layout_of
from agent.backup.producing import originals
from agent.config.home import Home
from agent.config.model import Dataset, Site
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.output import Node, Snapshot
from wire.verdicts import Cause

_GLOB = re.compile(r"([\\*?\[])")
_BLOCK_BYTES = 4096  # a file takes whole blocks
_RESERVE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to bring back, and where to; `path` as it is on the server, None for everything."""

    dataset: Dataset
    sources: tuple[Path, ...]  # what was saved, as `producing.sources` says
    snapshot: Snapshot
    path: Path | None
    target: Path


@dataclass(frozen=True, slots=True)
class Restored:
    """What came, counted in the target."""

    files: int
    bytes: int


def restore(restic: Restic, wanted: Wanted) -> Restored:
    """Restore into a new folder and count what came against what the point lists.

    Raises:
        TargetNotEmptyError, TargetIsLiveError: the target would overwrite something.
        NotInDatasetError, NotInPointError: there is no such path.
        RestoreIncompleteError: less came back than the point holds.
        ResticError: the site or its data failed, or there is no room here (NO_SPACE).
    """
    place = demand_new_target(wanted.target, wanted.dataset)
    inner = _inner(wanted)
    with reading.listed(restic, wanted.snapshot.id) as (_, nodes):
        expected = count(nodes, inner)
    if expected.files == 0:
        raise NotInPointError(path=str(wanted.path or inner), site=restic.site)
    _demand_room(restic, wanted.target, expected)
    wanted.target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if demand_new_target(wanted.target, wanted.dataset) != place:  # a link was put in our way
        raise TargetNotEmptyError(target=str(wanted.target))
    include = () if inner == "/" else (_GLOB.sub(r"\\\1", inner),)
    _restore(restic, wanted, include)
    restored = count_on_disk(wanted.target)
    if restored != expected:
        raise RestoreIncompleteError(
            restored=restored.files,
            expected=expected.files,
            site=restic.site,
            target=str(wanted.target),
        )
    return restored


def demand_new_target(target: Path, *datasets: Dataset) -> Path:
    """Refuse any folder that holds something, or lies where live data is; where it really is."""
    for dataset in datasets:
        _demand_not_live(target, dataset)
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise TargetNotEmptyError(target=str(target))
    return Path(os.path.realpath(target))


def demand_apart(target: Path, home: Home, sites: Iterable[Site]) -> None:
    """Refuse any folder where this agent, or a site on this machine, keeps something.

    Raises:
        TargetInRepositoryError, TargetIsOursError: it is such a folder, or holds or lies in one.
    """
    for site in sites:
        if site.path is not None and _touches(target, site.path):
            raise TargetInRepositoryError(target=str(target), site=site.name, folder=str(site.path))
    for folder in (home.config_dir, home.state_dir):
        if _touches(target, folder):
            raise TargetIsOursError(target=str(target), folder=str(folder))


def _demand_not_live(target: Path, dataset: Dataset) -> None:
    for root in originals(dataset):
        if _touches(target, root):
            raise TargetIsLiveError(target=str(target), dataset=dataset.name, folder=str(root))


def _touches(target: Path, folder: Path) -> bool:
    """Whether one of both, where it really is, is or holds the other."""
    real, kept = Path(os.path.realpath(target)), Path(os.path.realpath(folder))
    return real.is_relative_to(kept) or kept.is_relative_to(real)


def _inner(wanted: Wanted) -> str:
    if wanted.path is None:
        return "/"
    try:
        return layout_of(wanted.sources).in_snapshot(wanted.path)
    except ValueError as error:
        raise NotInDatasetError(
            path=str(wanted.path),
            dataset=wanted.dataset.name,
            folders=", ".join(str(path) for path in wanted.sources),
        ) from error


def count(nodes: Iterable[Node], inner: str) -> Restored:
    """How many files, and of how many bytes, lie at or below a path of the point. Pure."""
    below = inner.rstrip("/") + "/"
    files = size = 0
    for node in nodes:
        if node.type == "file" and (node.path == inner or node.path.startswith(below)):
            files += 1
            size += node.size
    return Restored(files, size)


def count_on_disk(folder: Path) -> Restored:
    """The regular files of a folder; a folder that cannot be read fails loudly."""
    files = size = 0
    for place, _, names in os.walk(folder, onerror=_fail):
        for name in names:
            status = os.lstat(Path(place) / name)
            if stat.S_ISREG(status.st_mode):
                files += 1
                size += status.st_size
    return Restored(files, size)


def _fail(error: OSError) -> None:
    raise error


def _demand_room(restic: Restic, target: Path, expected: Restored) -> None:
    existing = next(place for place in (target, *target.absolute().parents) if place.is_dir())
    status = os.statvfs(existing)
    free = status.f_bavail * status.f_frsize
    needed = expected.bytes + expected.files * _BLOCK_BYTES + _RESERVE_BYTES
    if free < needed:
        raise ResticError(
            Cause.NO_SPACE,
            site=restic.site,
            verb="restore",
            says=f"{needed >> 20} MiB needed, {free >> 20} MiB free at {existing}",
        )


def _restore(restic: Restic, wanted: Wanted, include: tuple[str, ...]) -> None:
    try:
        reading.restore(restic, wanted.snapshot.id, wanted.target, include=include)
    except ResticError as error:
        if error.cause is not Cause.DISK_FULL:
            raise
        raise ResticError(  # a restore fills our disk, not the site's
            Cause.NO_SPACE, site=error.site, verb="restore", says=error.says
        ) from error
