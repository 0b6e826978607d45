"""Where a restore must never go: over anything, into live data, into backups, among our files."""

import os
from collections.abc import Iterable
from pathlib import Path

from agent.backup.errors import (
    MountGoneError,
    TargetInRepositoryError,
    TargetIsLiveError,
    TargetIsOursError,
    TargetNotEmptyError,
)
from agent.backup.sources.layout import mount_of
from agent.backup.sources.producing import originals
from agent.config.home import Home
from agent.config.model import Dataset, Site


def demand_new_target(target: Path, *datasets: Dataset) -> None:
    """Refuse any folder that holds something, or lies where live data is.

    Raises:
        TargetNotEmptyError, TargetIsLiveError: it is such a folder.
    """
    for dataset in datasets:
        for root in originals(dataset):
            if _touches(target, root):
                raise TargetIsLiveError(target=str(target), dataset=dataset.name, folder=str(root))
    if os.path.lexists(target) and not _is_empty_folder(target):
        raise TargetNotEmptyError(target=str(target))


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


def demand_same_mount(final: Path, known: str) -> None:
    """What is put back in its place must land on the disk or share that it came from.

    Raises:
        MountGoneError: it would land on another one.
    """
    mount = mount_of(final.parent)
    if known and f" {mount} " not in f" {known} ":
        raise MountGoneError(path=str(final), mount=mount, known=known)


def _is_empty_folder(target: Path) -> bool:
    return target.is_dir() and not target.is_symlink() and not any(target.iterdir())


def _touches(target: Path, folder: Path) -> bool:
    """Whether one of both, where it really is, is or holds the other."""
    real, kept = Path(os.path.realpath(target)), Path(os.path.realpath(folder))
    return real.is_relative_to(kept) or kept.is_relative_to(real)
