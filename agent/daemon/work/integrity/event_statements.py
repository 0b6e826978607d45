"""What stored events say to the controller: pseudonyms, counts, names as allowed.

Hashes never leave; a person is a pseudonym, and has a name, a program and an address only under
`names: full`. What does not fit into a statement is counted in it. Pure.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from agent.config.model import Alert, Watched
from agent.daemon.work.integrity.event_names import FILE, WATCHED, Telling, by, code_of, explanation
from agent.files.names import path_bytes
from agent.integrity.disclosure import disclosed_path, disclosed_root
from agent.integrity.events.event import Event, EventKind
from wire.integrity_messages import FileEvent, FileEvents
from wire.messages import Gap
from wire.verdicts import Names

MOST_TOLD = 1_000  # events in one statement; the controller makes rows of no more
MOST_BYTES = 600_000  # of their JSON; a statement holds 1 MiB
_size = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive events of the host's chain; `previous` is the head that was told before."""

    first: int
    last: int
    head: str
    previous: str


@dataclass(frozen=True, slots=True)
class Watching:
    """How a path was watched, and from when to when without a break."""

    how: str = ""  # fanotify | inotify | looks | off | ended; empty: nothing is said of it
    from_at: datetime | None = None
    to_at: datetime | None = None


NOT_SAID = Watching()
_ENDED = Watching("ended")  # no configuration names it any more


def event_statements(
    telling: Telling, watched: Sequence[Watched], stretch: Stretch, events: Sequence[Event]
) -> tuple[FileEvents, ...]:
    """One statement for each watched path of these events.

    Args:
        telling: pseudonyms and accounts.
        watched: the paths of the configuration; what was stored of a path that stands there no
            more is told without any name, and as such.
        stretch: all events of the host from `first` to `last`; `events` are these.
        events: as they are stored, with their numbers.
    """
    by_root: dict[bytes, list[Event]] = {}
    for event in events:
        by_root.setdefault(event.watched, []).append(event)
    known = _by_root(watched)
    return tuple(
        _statement(telling, known[root], stretch, NOT_SAID, own)
        if root in known
        else _statement(telling, unnamed(root), stretch, _ENDED, own)
        for root, own in by_root.items()
    )


def watching_statement(
    telling: Telling, watched: Watched, stretch: Stretch, watching: Watching
) -> FileEvents:
    """That a path was watched; `stretch.first` is `last` + 1: no event is told."""
    return _statement(telling, watched, stretch, watching, ())


def gap_statement(event: Event) -> Gap:
    """A gap in watching, as a statement of its own."""
    return Gap(
        subject="integrity", reason=code_of(event.explanation), from_at=event.since, to_at=event.at
    )


def _statement(
    telling: Telling,
    watched: Watched,
    stretch: Stretch,
    watching: Watching,
    events: Sequence[Event],
) -> FileEvents:
    told = tuple(_fitting(file_event(telling, watched, event) for event in events))
    left = events[len(told) :]
    counts: Counter[str] = Counter()
    for event in left:
        counts.update(_counts(event) or {event.kind.value: 1})
    return FileEvents(
        watched=telling.names.of(WATCHED, path_bytes(watched.path)),
        names=watched.names,
        events=told,
        first=stretch.first,
        last=stretch.last,
        head=stretch.head,
        previous=stretch.previous,
        omitted=len(left),
        omitted_counts=dict(counts),
        omitted_unexplained=sum(event.files for event in left if not event.explained_by),
        path=disclosed_root(watched),
        watching=watching.how,
        watched_from=watching.from_at,
        watched_to=watching.to_at,
        at_work=watched.alert is Alert.ATTACKS,
    )


def file_event(telling: Telling, watched: Watched, event: Event) -> FileEvent:
    """One event, with as much of its names as its watched path allows."""
    old = event.old_path
    folder = event.path if event.counts else event.path.rpartition(b"/")[0]
    by_whom = by(telling, watched, event.who)
    what = (event.explanation,) if event.kind is EventKind.GAP else event.what
    return FileEvent(
        number=event.number,
        at=event.at,
        kind=event.kind.value,
        file=telling.names.of(FILE, event.path),
        since=event.since,
        path=disclosed_path(watched, event.path),
        folder=telling.names.of(FILE, folder),
        old_file=None if old is None else telling.names.of(FILE, old),
        old_path="" if old is None else disclosed_path(watched, old),
        what=tuple(map(code_of, what)),
        count=event.files,
        counts=_counts(event),
        explained_by=event.explained_by and code_of(event.explained_by),
        explanation=explanation(watched, event),
        user=by_whom.user,
        user_name=by_whom.name,
        program=by_whom.program,
        client=by_whom.client,
        who_known=by_whom.user is not None,
    )


def _fitting(told: Iterator[FileEvent]) -> Iterator[FileEvent]:
    """As many as one statement holds."""
    room = MOST_BYTES
    for number, one in enumerate(told, start=1):
        room -= len(_size(one))
        if room < 0 or number > MOST_TOLD:
            return
        yield one


def _counts(event: Event) -> dict[str, int]:
    return {kind.value: number for kind, number in event.counts.items()}


def _by_root(watched: Sequence[Watched]) -> dict[bytes, Watched]:
    return {path_bytes(each.path): each for each in watched}


def unnamed(root: bytes) -> Watched:
    return Watched(path=Path(os.fsdecode(root)), names=Names.NONE)
