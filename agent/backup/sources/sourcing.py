"""Looks at a dataset's source before anything is made of it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.backup.databases.kit import Taken
from agent.backup.records.records import Run
from agent.backup.sources import source
from agent.backup.sources.layout import mount_of
from agent.files.ledger import Ledger
from wire.verdicts import Cause


@dataclass(frozen=True, slots=True)
class SourceLook:
    """What a source looks like, and why no point may be made of it, if so."""

    seen: source.Seen
    fault: Cause | None
    hashed: int
    unreadable: int
    says: str = ""  # for a person at this host
    taken: Taken | None = None  # what was produced, where the source is no plain folders


def look_at_source(
    ledger: Ledger,
    roots: Sequence[Path],
    history: tuple[Run, ...],
    on_files: Callable[[int], None],
) -> SourceLook:
    """Refresh the ledger of every folder (this hashes what changed), then judge.

    `history`: the good runs before, newest first.
    A mount that disappears while we look is met again by restic itself, which then reads an
    empty folder: the counts of the look are what the next run compares with.
    """
    if not all(root.exists() for root in roots):
        return _without_walk(missing=True)
    if not all(_readable(root) for root in roots):
        return _without_walk(missing=False)
    refreshed = [ledger.refresh(root, progress=on_files) for root in roots]
    seen = source.Seen(
        missing=not all(one.present for one in refreshed),
        unreadable=False,
        files=sum(one.files for one in refreshed),
        bytes=sum(one.bytes for one in refreshed),
        devices=" ".join(sorted({mount_of(root) for root in roots})),
    )
    return SourceLook(
        seen,
        source.fault(seen, _before(history)),
        hashed=sum(one.hashed for one in refreshed),
        unreadable=sum(one.unreadable for one in refreshed),
    )


def _before(history: tuple[Run, ...]) -> list[source.Before]:
    return [source.Before(run.files, run.bytes, run.devices) for run in history]


def _without_walk(*, missing: bool) -> SourceLook:
    seen = source.Seen(missing=missing, unreadable=not missing, files=0, bytes=0, devices="")
    return SourceLook(seen, source.fault(seen, ()), hashed=0, unreadable=0)


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK)
