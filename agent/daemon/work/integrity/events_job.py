"""Reads stored events for a person: which are asked for, what came since, all about one."""

import pwd
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from agent.daemon.app import App
from agent.daemon.work.integrity.pseudonyms_of import Meant
from agent.daemon.work.integrity.still_open import still_open
from agent.daemon.work.integrity.stored_events import reading_newest
from agent.files.ledger import open_ledger
from agent.files.names import path_bytes
from agent.files.record import FileRecord
from agent.integrity.diff.keeping import kept_of
from agent.integrity.diff.versions import open_texts
from agent.integrity.errors import EventsChangedError
from agent.integrity.events.event import CHANGES, Event, EventFilter, EventKind
from agent.integrity.events.reading import EventReader
from agent.integrity.events.sums import Sum, Sums
from agent.integrity.look import trusted
from agent.integrity.store import open_store
from texts.catalogue import tr
from wire.text import N_

LOOK_EVERY_S = 0.5  # for what is new, while somebody follows


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for; what is empty does not limit."""

    since: datetime | None = None
    until: datetime | None = None
    path: Path | None = None
    kinds: frozenset[EventKind] = frozenset()
    who: str = ""  # account, its number, client or address of a file share, or a program
    unexplained: bool = False
    waiting: bool = False  # only what nothing explains and nobody has approved since; open gaps
    pseudonym: str = ""  # as the province names a file, a folder, a person; its beginning is enough
    after: int | None = None
    most: int | None = None  # the newest of them, with `after` the next ones; None: all


@dataclass(frozen=True, slots=True)
class Found:
    """The events, oldest first; `older`, `newer`: there are more before them, behind them."""

    events: tuple[Event, ...] = ()
    older: bool = False
    newer: bool = False
    last: int = 0  # number of the newest event there is
    first: int = 1  # number of the oldest that is kept


@dataclass(frozen=True, slots=True)
class Why:
    """Everything about one event."""

    event: Event
    members: tuple[Event, ...] = ()
    before: Event | None = None  # what was stored last about the same path
    approved: FileRecord | None = None
    now: FileRecord | None = None  # as the agent knows it; it may have changed again
    texts: bool = False  # earlier texts of it are kept: `integrity diff --event` may show them


def find(app: App, asked: Asked) -> Found:
    """The events that are asked for.

    Raises:
        EventsChangedError: what is stored is not what this agent stored.
    """
    with reading_newest(app) as reader:
        if reader is None:
            return Found()
        state = reader.state()
        upto = None if asked.most is None or asked.after is not None else asked.most + 1
        events = tuple(islice(_newest_first(app, reader, asked), upto))[::-1]
    last = max(state.number, events[-1].number if events else 0)  # some may have come meanwhile
    most = len(events) if asked.most is None else asked.most
    more = len(events) > most
    if asked.after is not None:
        return Found(events[:most], newer=more, last=last, first=state.first)
    return Found(events[-most:] if more else events, older=more, last=last, first=state.first)


def sums(app: App, asked: Asked, key_of: Callable[[Event], str]) -> list[Sum]:
    """How many files stand behind each key, most first; `asked.most` does not limit.

    Raises:
        EventsChangedError: what is stored is not what this agent stored.
    """
    found = Sums(key_of, filter_of(asked))
    with reading_newest(app) as reader:
        if reader is not None:
            for event in _newest_first(app, reader, asked):
                found.add(event, _members(reader, event.number))
    return found.most_first()


def follow(app: App, asked: Asked) -> Iterator[tuple[Event, ...]]:
    """What is stored from now on, as it comes, after the newest `most`; it ends with Ctrl-C."""
    found = find(app, asked)
    yield found.events
    after = found.last
    while True:
        app.clock.sleep(LOOK_EVERY_S)
        found = find(app, _after(asked, after))
        if found.last < after:  # the file was replaced: what it holds is new to us
            found = find(app, _after(asked, 0))
        if found.events:
            yield found.events
        after = found.last


def why(app: App, number: int) -> Why:
    """Everything that is known about one event.

    Raises:
        NoSuchEventError: it is not kept.
        EventsChangedError: it is not what this agent stored.
    """
    with reading_newest(app) as reader:
        if reader is None:
            raise EventsChangedError(what=tr(N_("their file is gone")))
        event = reader.event(number)
        members = reader.members(number)
        before = None if event.counts else reader.before(number, event.old_path or event.path)
    now, approved = _records(app, event)
    return Why(event, members, before, approved, now, _has_texts(app, event))


def _newest_first(app: App, reader: EventReader, asked: Asked) -> Iterator[Event]:
    found = _fitting(reader, asked)
    return filter(Meant(app, asked.pseudonym), found) if asked.pseudonym else found


def _fitting(reader: EventReader, asked: Asked) -> Iterator[Event]:
    chosen = filter_of(asked)
    if not asked.waiting:
        return reader.newest_first(chosen)
    waiting = still_open(reader.newest_first(), reader.members)
    return (event for event in waiting if chosen.wants(event, _members(reader, event.number)))


def _members(reader: EventReader, number: int) -> Iterator[Event]:
    """Read only when somebody asks for the first of them."""
    yield from reader.members(number)


def filter_of(asked: Asked) -> EventFilter:
    program = asked.who if asked.who.startswith("/") else ""
    person = "" if program else asked.who
    kinds = asked.kinds or (CHANGES if asked.unexplained else frozenset())
    return EventFilter(
        after=asked.after or 0,
        since=asked.since,
        until=asked.until,
        below=None if asked.path is None else path_bytes(asked.path),
        kinds=kinds,
        uid=_uid(person),
        program=program,
        client=person,
        explained=False if asked.unexplained else None,
    )


def _uid(person: str) -> int | None:
    """The number of an account; a client of a file share may have none here."""
    if person.isdecimal():
        return int(person)
    try:
        return pwd.getpwnam(person).pw_uid if person else None
    except KeyError:
        return None


def _after(asked: Asked, number: int) -> Asked:
    return replace(asked, after=number, most=None)


def _records(app: App, event: Event) -> tuple[FileRecord | None, FileRecord | None]:
    """The file as the ledger knows it now, and as it was approved."""
    with open_ledger(app.home, app.clock) as ledger:
        now = ledger.record(event.path)
    with open_store(app.home, app.keys.k_f, app.clock) as store:
        baseline, gap = trusted(store, event.watched, None)
        if baseline is None or gap or not store.holds(baseline):
            return now, None
        wanted = event.old_path or event.path
        return now, next((one for one in store.records(baseline) if one.path == wanted), None)


def _has_texts(app: App, event: Event) -> bool:
    if not kept_of(app.config.integrity):
        return False
    with open_texts(app.home, app.clock) as store:
        return store.newest_sha256(event.path) is not None
