"""Looks at a dataset's source before anything is made of it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.backup.databases.kit import Taken
from agent.backup.records.records import Run
from agent.backup.sources import source
from agent.backup.sources.layout import mount_of
from agent.files.tally import Tally
from texts.catalogue import tr
from texts.moments import show_bytes, show_count
from wire.text import N_
from wire.verdicts import Cause


@dataclass(frozen=True, slots=True)
class SourceLook:
    """What a source looks like, and why no point may be made of it, if so."""

    seen: source.Seen
    fault: Cause | None
    says: str = ""  # for a person at this host
    taken: Taken | None = None  # what was produced, where the source is no plain folders
    accepted: bool = False  # it was not as usual, and a person said that it is meant to be so
    hashed: int = 0  # files that had changed since they were hashed last
    unreadable: int = 0


def look_at_source(
    count: Callable[[Path], Tally], roots: Sequence[Path], history: tuple[Run, ...]
) -> SourceLook:
    """Count what is in every folder, then judge.

    `history`: the good runs before, newest first.
    A mount that disappears while we look is met again by restic itself, which then reads an
    empty folder: the counts of the look are what the next run compares with.
    """
    gone = [root for root in roots if not root.exists()]
    if gone:
        return _without_walk(gone, missing=True)
    closed = [root for root in roots if not _readable(root)]
    if closed:
        return _without_walk(closed, missing=False)
    counted = [count(root) for root in roots]
    seen = source.Seen(
        missing=not all(one.present for one in counted),
        unreadable=False,
        files=sum(one.files for one in counted),
        bytes=sum(one.bytes for one in counted),
        devices=" ".join(sorted({mount_of(root) for root in roots})),
    )
    fault = source.fault(seen, _before(history))
    says = _beside(seen, history) if fault is Cause.SOURCE_SHRUNK else ""
    return SourceLook(seen, fault, says)


def _before(history: tuple[Run, ...]) -> list[source.Before]:
    return [source.Before(run.files, run.bytes, run.devices) for run in history]


def _beside(seen: source.Seen, history: tuple[Run, ...]) -> str:
    """What is there and what was there, for a person who must find out why."""
    now = {"files": show_count(seen.files), "size": show_bytes(seen.bytes)}
    words = tr(N_("now {files} files, {size}"), **now)
    if history:
        before = {"files": show_count(history[0].files), "size": show_bytes(history[0].bytes)}
        words += "; " + tr(N_("in the last good run {files} files, {size}"), **before)
    return words


def _without_walk(roots: Sequence[Path], *, missing: bool) -> SourceLook:
    seen = source.Seen(missing=missing, unreadable=not missing, files=0, bytes=0, devices="")
    says = ", ".join(map(str, roots))
    return SourceLook(seen, source.fault(seen, ()), says)


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK)
