"""Finds the two texts of a file that a person wants compared."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.backup.course import Course
from agent.daemon.app import App
from agent.daemon.work.restore import restore_plan
from agent.files.names import path_bytes
from agent.integrity.diff.errors import NothingKeptError, NotShownError
from agent.integrity.diff.lines import Difference, difference
from agent.integrity.diff.masking import masked, naming
from agent.integrity.diff.reading import LARGEST_BYTES, read_small_text, text_of
from agent.integrity.diff.versions import Version, open_texts
from agent.integrity.events.event import Event
from agent.restic import reading

NOW, GONE, APPROVED, SEEN, BACKUP = "now", "gone", "approved", "seen", "backup"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two texts: where it comes from, and of when it is."""

    what: str  # now | gone | approved | seen | backup
    at: datetime
    text: str  # masked
    site: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts of one file, and in what they differ."""

    path: bytes
    before: Side
    after: Side
    difference: Difference


def against_kept(app: App, path: Path, *, last: bool = False) -> Compared:
    """The file as it is now with its approved text; with the one before the last change.

    Args:
        app: the agent.
        path: the file.
        last: not the approved text, but the newest one that is another one than now's.

    Raises:
        NothingKeptError: no earlier text is kept.
        NotShownError: the file cannot be shown now.
    """
    raw = path_bytes(path)
    kept = _kept(app, raw)
    after, sha256 = _now(app, raw)
    approved = next((one for one in kept if one.approved), None)
    others = (one for one in kept if one.sha256 != sha256)
    before = next(others, None) if last or approved is None else approved
    if before is None and not kept:
        raise NothingKeptError(path=os.fsdecode(raw))
    return _compared(raw, _side(before or kept[0]), after)


def of_event(app: App, event: Event) -> Compared:
    """What an event changed: the last text read before it, and the first read after it.

    Raises:
        NothingKeptError: there is no text from before, or none from after it.
    """
    kept = _kept(app, event.path)
    before = next((one for one in kept if one.seen_at < event.at), None)
    after = next((one for one in reversed(kept) if one.seen_at >= event.at), None)
    if before is None or after is None:
        raise NothingKeptError(path=os.fsdecode(event.path))
    return _compared(event.path, _side(before), _side(after))


def against_backup(
    app: App, path: Path, site: str, at: datetime | None, course: Course
) -> Compared:
    """The file as it is now with the newest one of a backup, or the one of a moment.

    Raises:
        NoDatasetOfPathError, NotInPointError, ResticError: no backup holds it, or answers.
        NotShownError: one of both is no small text.
    """
    plan = restore_plan.make(app, restore_plan.Request(path=path, site=site, at=at), course)
    raw, candidate = path_bytes(path), plan.candidate
    (node, *rest) = plan.listing.nodes
    if rest or node.type != "file":
        raise NotShownError(raw, "no_file")
    if node.size > LARGEST_BYTES:
        raise NotShownError(raw, "too_large")
    restic = plan.asked.restics[candidate.site]
    with reading.dump(restic, candidate.point.id, os.fsdecode(plan.listing.inner)) as stream:
        content = stream.read(LARGEST_BYTES + 1)
    text = masked(text_of(raw, content), raw, naming(app.keys.k_f))
    before = Side(BACKUP, candidate.point.at, text, candidate.site)
    return _compared(raw, before, _now(app, raw)[0])


def _kept(app: App, path: bytes) -> Sequence[Version]:
    with open_texts(app.home, app.clock) as store:
        return store.versions(path)


def _now(app: App, path: bytes) -> tuple[Side, bytes]:
    """What is there now, and its hash; of what is gone nothing."""
    at = app.clock.now()
    try:
        seen = read_small_text(path)
    except NotShownError as error:
        if error.code != "missing":
            raise
        return Side(GONE, at, ""), b""
    return Side(NOW, at, masked(seen.text, path, naming(app.keys.k_f))), seen.sha256


def _side(version: Version) -> Side:
    return Side(APPROVED if version.approved else SEEN, version.seen_at, version.text)


def _compared(path: bytes, before: Side, after: Side) -> Compared:
    return Compared(path, before, after, difference(before.text, after.text))
