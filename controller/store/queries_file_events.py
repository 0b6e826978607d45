"""Changes of watched files: the newest by filters, and their sums."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
    type_coerce,
)

from controller.store.projections.file_events import GAP
from controller.store.tables.files import FILE_EVENT, FILE_HOUR
from controller.store.tables.log import LOG_ENTRY

_EVENT = FILE_EVENT.c
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What one wants to see of a facility; an empty field filters nothing."""

    facility: str
    start: datetime
    end: datetime
    agent: str = ""
    watched: str = ""
    kind: str = ""
    person: str = ""
    program: str = ""
    text: str = ""  # in a disclosed path
    unexplained: bool = False

    def whole(self) -> "EventFilter":
        """The same time and place, of everything that happened there."""
        return replace(self, kind="", person="", program="", text="", unexplained=False)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row: an event as it was told, or the sum of those that were not."""

    agent: str
    log_index: int
    position: int
    watched: str
    number: int
    at: datetime
    since: datetime | None
    kind: str
    files: int
    counts: dict[str, int]
    what: tuple[str, ...]
    file: str
    path: str
    folder_path: str
    old_path: str
    explained: bool
    explained_by: str
    explanation: str
    person: str
    person_name: str
    program: str
    client: str
    who_known: bool

    @property
    def in_folder(self) -> bool:
        """Whether of a single file's path only the folder is disclosed."""
        return bool(self.path) and self.files == 1 and self.path == self.folder_path


@dataclass(frozen=True, slots=True)
class Bar:
    """Changed files of one watched path within one stretch of time."""

    agent: str
    watched: str
    number: int  # of the stretch, from 0
    explained: bool
    files: int


@dataclass(frozen=True, slots=True)
class Mover:
    """A folder, a program or a person, with how many files it stands for."""

    key: str
    name: str
    files: int
    unexplained: int
    events: int


def stored_events(
    connection: Connection, wanted: EventFilter, before: tuple[int, int] | None, most: int
) -> list[StoredEvent]:
    """Those told last come first; `before` is the place of the last one of the page before."""
    query = select(FILE_EVENT).where(*_conditions(wanted))
    if before is not None:
        index, position = before
        same = and_(_EVENT.log_index == index, _EVENT.position < position)
        query = query.where(or_(_EVENT.log_index < index, same))
    rows = connection.execute(
        query.order_by(_EVENT.log_index.desc(), _EVENT.position.desc()).limit(most)
    )
    return [_event(row) for row in rows]


def files_by_kind(connection: Connection, wanted: EventFilter) -> dict[tuple[bool, str], int]:
    """(explained, kind of row) -> files."""
    query = (
        select(_EVENT.explained, _EVENT.kind, func.sum(_EVENT.files))
        .where(*_conditions(wanted))
        .group_by(_EVENT.explained, _EVENT.kind)
    )
    return {(bool(row[0]), row[1]): int(row[2]) for row in connection.execute(query)}


def bars(connection: Connection, wanted: EventFilter, width: timedelta) -> list[Bar]:
    """Sums by stretches of `width`; of whole hours from the sums that are kept for longer."""
    if width >= _HOUR and wanted == wanted.whole():
        return _bars_of_hours(connection, wanted, width)
    number = _stretch(_EVENT.at, wanted.start, width)
    query = (
        select(_EVENT.agent, _EVENT.watched, number, _EVENT.explained, func.sum(_EVENT.files))
        .where(*_conditions(wanted), _EVENT.files > 0)
        .group_by(_EVENT.agent, _EVENT.watched, number, _EVENT.explained)
    )
    return _bars(connection, query)


def _bars_of_hours(connection: Connection, wanted: EventFilter, width: timedelta) -> list[Bar]:
    hour = FILE_HOUR.c
    number = _stretch(hour.hour, wanted.start, width)
    query = (
        select(hour.agent, hour.watched, number, hour.explained, func.sum(hour.files))
        .where(hour.facility == wanted.facility)
        .where(hour.hour >= wanted.start, hour.hour < wanted.end)
        .group_by(hour.agent, hour.watched, number, hour.explained)
    )
    for column in ("agent", "watched"):
        if getattr(wanted, column):
            query = query.where(hour[column] == getattr(wanted, column))
    return _bars(connection, query)


def _bars(connection: Connection, query: Select[Any]) -> list[Bar]:
    rows = connection.execute(query)
    return [Bar(row[0], row[1], int(row[2]), bool(row[3]), int(row[4])) for row in rows]


def _stretch(column: Column[Any], start: datetime, width: timedelta) -> ColumnElement[int]:
    """Which stretch of time since `start` a row lies in, from 0."""
    begin = (start - _EPOCH) // _MICROSECOND
    return (type_coerce(column, BigInteger) - begin) // (width // _MICROSECOND)


def movers(connection: Connection, wanted: EventFilter, by: str, most: int) -> list[Mover]:
    """The folders (`folder`), programs (`program`) or people (`person`) with most changed files."""
    key = {"folder": _EVENT.folder, "program": _EVENT.program, "person": _EVENT.person}[by]
    name = {"folder": _EVENT.folder_path, "program": _EVENT.program, "person": _EVENT.person_name}[
        by
    ]
    files = func.sum(_EVENT.files)
    unexplained = func.sum(_EVENT.files).filter(_EVENT.explained.is_(False))
    query = (
        select(key, func.max(name), files, unexplained, func.count())
        .where(*_conditions(wanted), _EVENT.files > 0, key != "")
        .group_by(key)
        .order_by(files.desc(), key)
        .limit(most)
    )
    return [
        Mover(row[0], row[1], int(row[2]), int(row[3] or 0), int(row[4]))
        for row in connection.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Place:
    """One watched path of one host of one facility."""

    facility: str
    agent: str
    watched: str


def changed_since(connection: Connection, place: Place, log_index: int) -> int:
    """Unexplained changed files that a host told from this place of the log on."""
    query = select(func.sum(_EVENT.files)).where(*_unexplained(place, log_index))
    return int(connection.execute(query).scalar_one_or_none() or 0)


def changed_in_hours(connection: Connection, place: Place, since: datetime) -> int:
    """The same of all whole hours after a moment: exact, whatever rows are kept no more."""
    hour = FILE_HOUR.c
    query = select(func.sum(hour.files)).where(
        hour.facility == place.facility,
        hour.agent == place.agent,
        hour.watched == place.watched,
        hour.explained.is_(False),
        hour.hour > since,
    )
    return int(connection.execute(query).scalar_one_or_none() or 0)


def first_unexplained(
    connection: Connection, place: Place, log_index: int, received_at: datetime
) -> int | None:
    """The first place from `log_index` on, received at this moment or later, that told of one."""
    received_ms = (received_at - _EPOCH) // timedelta(milliseconds=1)
    query = (
        select(func.min(_EVENT.log_index))
        .join(LOG_ENTRY, LOG_ENTRY.c.log_index == _EVENT.log_index)
        .where(*_unexplained(place, log_index), LOG_ENTRY.c.received_at_ms >= received_ms)
    )
    return connection.execute(query).scalar_one_or_none()


_CONFIGURED = "configured"


def gaps_left(connection: Connection, agent: str, log_index: int) -> tuple[int, int]:
    """Of the gaps that a host told from this place on: how many are closed, how many are open.

    A gap is closed when the host says that it has looked at everything under the path since.
    """
    query = select(_EVENT.watched, _EVENT.explained_by).where(
        _EVENT.agent == agent,
        _EVENT.log_index >= log_index,
        _EVENT.kind == GAP,
        _EVENT.explained_by != _CONFIGURED,  # that a path is watched no more is no look
    )
    newest = dict(tuple(row) for row in connection.execute(query.order_by(_EVENT.place)))
    closed = sum(explained_by != "" for explained_by in newest.values())
    return closed, len(newest) - closed


def _unexplained(place: Place, log_index: int) -> list[ColumnElement[bool]]:
    return [
        _EVENT.agent == place.agent,
        _EVENT.watched == place.watched,
        _EVENT.log_index >= log_index,
        _EVENT.explained.is_(False),
        _EVENT.files > 0,
    ]


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        _EVENT.facility == wanted.facility,
        _EVENT.at >= wanted.start,
        _EVENT.at < wanted.end,
    ]
    for column in ("agent", "watched", "kind", "person", "program"):
        value = getattr(wanted, column)
        if value:
            found.append(_EVENT[column] == value)
    if wanted.text:
        found.append(
            or_(
                _EVENT.path.icontains(wanted.text, autoescape=True),
                _EVENT.old_path.icontains(wanted.text, autoescape=True),
            )
        )
    if wanted.unexplained:
        found.append(_EVENT.explained.is_(False))
    return found


def _event(row: Row[Any]) -> StoredEvent:
    values = {name: getattr(row, name) for name in StoredEvent.__dataclass_fields__}
    values["what"] = tuple(row.what.split())
    values["counts"] = msgspec.json.decode(row.counts, type=dict[str, int])
    return StoredEvent(**values)
