"""What the stored events know of the changes that a scan has found: who, and what explains them."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import structs

from agent.daemon.app import App
from agent.daemon.work.integrity.stored_events import reading_newest
from agent.files.names import path_bytes
from agent.integrity.change import Change
from agent.integrity.errors import EventsChangedError, EventsReadError
from agent.integrity.events.event import CHANGES, Event, EventFilter, EventKind
from agent.integrity.events.reading import EventReader
from agent.integrity.look import Scan

log = logging.getLogger("lachan.agent")


@dataclass(frozen=True, slots=True)
class Known:
    """Of one path since its baseline: the newest event, and whether all of them are explained."""

    newest: Event
    explained: bool


NOTHING: Mapping[bytes, Known] = {}


def known_of(app: App, scans: Sequence[Scan]) -> Mapping[bytes, Known]:
    """By path. What no event tells of is not there, and stays unexplained."""
    wanted = {change.path: change for scan in scans for change in scan.findings.changes}
    from_at = min((scan.from_at for scan in scans if scan.from_at is not None), default=None)
    if not wanted or from_at is None:
        return NOTHING
    roots = frozenset(path_bytes(scan.watched.path) for scan in scans)
    try:
        with reading_newest(app) as reader:
            if reader is None:
                return NOTHING
            return _known(reader, EventFilter(since=from_at, watched=roots), wanted)
    except (EventsChangedError, EventsReadError) as error:
        log.warning("%s", error)
        return NOTHING


def _known(
    reader: EventReader, chosen: EventFilter, wanted: Mapping[bytes, Change]
) -> dict[bytes, Known]:
    found: dict[bytes, Known] = {}
    for event in reader.newest_first(chosen):
        for one in _single(reader, event):
            for path in {one.path, one.old_path or one.path} & wanted.keys():
                before = found.get(path, Known(one, explained=True))
                explained = before.explained and bool(event.explained_by)
                found[path] = replace(before, explained=explained)
    found = {path: known for path, known in found.items() if _tells(known.newest, wanted[path])}
    if chosen.since is not None and not _reaches_back(reader, chosen.since):
        return {path: replace(known, explained=False) for path, known in found.items()}
    return found


def _tells(newest: Event, change: Change) -> bool:
    """Whether what happened last at a path left it as it is: else nobody saw what did."""
    left_there = newest.path == change.path and newest.kind is not EventKind.REMOVED
    return left_there is (change.after is not None)


def _single(reader: EventReader, event: Event) -> Iterator[Event]:
    """What became of each file; of what is folded the explanation is the whole's."""
    if event.kind not in CHANGES:
        return
    if not event.counts:
        yield event
        return
    for member in reader.members(event.number):
        yield structs.replace(
            member, explained_by=event.explained_by, explanation=event.explanation
        )


def _reaches_back(reader: EventReader, since: datetime) -> bool:
    """Whether no event after this moment was pruned."""
    state = reader.state()
    if state.first > state.number:  # they were lost: nothing is kept
        return state.number == 0
    return state.first == 1 or reader.event(state.first).at <= since
