"""What follows from statements on watched files for the watch: chains, times, suspicions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from compliance.logged import moment_of
from controller.store.projections.approvals import approve, compare, keep_break
from controller.store.projections.entry import Logged
from controller.store.projections.file_events import (
    CONFIGURED,
    store_events,
    unexplained_files,
)
from controller.store.tables.files import (
    EVENT_CHAIN,
    SUSPICION,
    WATCH_GAP,
    WATCH_SPAN,
    WATCHED_PATH,
)
from controller.store.upsert import Row as NewRow
from controller.store.upsert import upsert
from wire.event_chain import EventChain, follow
from wire.header import Header
from wire.messages import Baseline, Body, FileEvents, Gap, IntegrityScan, Suspicion

_PATTERNS = "patterns"  # what is configured otherwise: the names that are left out
_ENDED = "ended"  # how a path is watched that the host's configuration names no more
INTEGRITY = "integrity"  # subject of the gaps of watched files


def project_files(connection: Connection, entry: Logged, header: Header, body: Body) -> None:
    if isinstance(body, FileEvents):
        _told(connection, entry, header, body)
    elif isinstance(body, Suspicion):
        _suspicion(connection, entry, header, body)
    elif isinstance(body, Baseline):
        approve(connection, entry, header, body)
    elif isinstance(body, IntegrityScan):
        compare(connection, entry, header, body)
    elif isinstance(body, Gap) and body.subject == INTEGRITY:
        _gap(connection, entry, header, body)


def chain_of(row: "Row[Any] | None") -> EventChain | None:
    """What is known of a host's chain of events."""
    return None if row is None else EventChain(row.incarnation, row.first, row.last, row.head)


def _told(connection: Connection, entry: Logged, header: Header, told: FileEvents) -> None:
    """What a host tells once more just as it was, after a crash, is not counted again."""
    own = select(EVENT_CHAIN).where(EVENT_CHAIN.c.agent == header.agent)
    before = connection.execute(own).one_or_none()
    known = chain_of(before)
    reached, broken = follow(known, header.incarnation, told)
    place = before.place if before else 0
    path = _path_row(connection, header, told)
    if reached != known or path is None or path.told_last != told.last:
        place = store_events(connection, entry, header, told, place)
    row = {
        "agent": header.agent,
        "facility": entry.facility,
        "incarnation": reached.incarnation,
        "first": reached.first,
        "last": reached.last,
        "head": reached.head,
        "said_at": header.made_at,
        "place": place,
        "log_index": entry.log_index,
    }
    upsert(connection, EVENT_CHAIN, [row])
    if known is not None and broken is not None:
        keep_break(connection, entry, header, (broken.value, known.last, told.first))
    _path(connection, entry, (header, told), path)
    _span(connection, entry, header, told)


def _path_row(connection: Connection, header: Header, told: FileEvents) -> "Row[Any] | None":
    own = (WATCHED_PATH.c.agent == header.agent, WATCHED_PATH.c.watched == told.watched)
    return connection.execute(select(WATCHED_PATH).where(*own)).one_or_none()


def _path(
    connection: Connection,
    entry: Logged,
    said: tuple[Header, FileEvents],
    before: "Row[Any] | None",
) -> None:
    """How it is watched stays as it was said last: most statements tell only what changed.

    That it is watched no more is said without a name, which nobody has taken back.
    """
    header, told = said
    row: NewRow = {
        "agent": header.agent,
        "watched": told.watched,
        "facility": entry.facility,
        "path": told.path or (before.path if before and told.watching == _ENDED else ""),
        "watching": told.watching or (before.watching if before else ""),
        "told_at": entry.received_at,
        "told_index": entry.log_index,
        "told_last": told.last,
    }
    if unexplained_files(told) and not told.at_work:
        row = {**row, "changed_index": entry.log_index, "changed_at": entry.received_at}
    upsert(connection, WATCHED_PATH, [{**row, **_at_work(entry, told, before)}])


def _at_work(entry: Logged, told: FileEvents, before: "Row[Any] | None") -> NewRow:
    """Since when only attacks are an alarm there; of a path that was known otherwise, that it is.

    That a path is watched no more says nothing of it: it may be put back. Other names that are left
    out there are as good as a switch.
    """
    silenced = {"silenced_index": entry.log_index}
    if any(_PATTERNS in event.what for event in told.events if event.kind == CONFIGURED):
        return {**_alarm_of(entry, told, before), **silenced}
    return _alarm_of(entry, told, before)


def _alarm_of(entry: Logged, told: FileEvents, before: "Row[Any] | None") -> NewRow:
    if told.watching == _ENDED and not told.at_work:
        return {}
    if not told.at_work:
        return {"at_work_at": None, "at_work_index": None}
    if before is not None and before.at_work_at is not None:
        return {}
    begun = {"at_work_at": entry.received_at, "at_work_index": entry.log_index}
    return begun if before is None else {**begun, "silenced_index": entry.log_index}


def _span(connection: Connection, entry: Logged, header: Header, told: FileEvents) -> None:
    """A later statement on the same time reaches farther."""
    if told.watched_from is None or told.watched_to is None or told.watched_to < told.watched_from:
        return
    row = {
        "agent": header.agent,
        "watched": told.watched,
        "said_from": told.watched_from,
        "from_at": moment_of(told.watched_from, header, entry.received_at),
        "to_at": moment_of(told.watched_to, header, entry.received_at),
        "facility": entry.facility,
        "means": told.watching,
    }
    upsert(connection, WATCH_SPAN, [row])


def _gap(connection: Connection, entry: Logged, header: Header, gap: Gap) -> None:
    """Without a beginning or an end it is one moment: that of the statement."""
    said = gap.to_at or gap.from_at or header.made_at
    ended = moment_of(said, header, entry.received_at)
    began = _began(entry, header, gap)
    row = {
        "log_index": entry.log_index,
        "agent": header.agent,
        "facility": entry.facility,
        "reason": gap.reason,
        "from_at": min(began, ended),
        "to_at": ended,
    }
    connection.execute(insert(WATCH_GAP).values(**row))


def _began(entry: Logged, header: Header, gap: Gap) -> datetime:
    return moment_of(gap.from_at or gap.to_at or header.made_at, header, entry.received_at)


def _suspicion(connection: Connection, entry: Logged, header: Header, told: Suspicion) -> None:
    known = (SUSPICION.c.agent == header.agent, SUSPICION.c.suspicion_id == told.id)
    before = connection.execute(select(SUSPICION.c.first_index).where(*known)).scalar_one_or_none()
    row = {
        "agent": header.agent,
        "suspicion_id": told.id,
        "facility": entry.facility,
        "watched": told.watched,
        "state": told.state,
        "at": moment_of(told.at, header, entry.received_at),
        "first_index": entry.log_index if before is None else before,
        "log_index": entry.log_index,
    }
    upsert(connection, SUSPICION, [row])
