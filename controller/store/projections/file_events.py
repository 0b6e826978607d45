"""What follows from told events of watched files: rows to look at, and sums by the hour.

One statement gives a bounded number of rows, and of one host a bounded number is kept, whatever it
says: what lies beyond is counted all the same, and stands in the log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection, delete, insert

from compliance.logged import moment_of
from controller.store.projections.entry import Logged
from controller.store.tables.files import FILE_EVENT, FILE_HOUR
from controller.store.upsert import Row, add_up
from wire.header import Header
from wire.integrity_messages import FileEvent, FileEvents
from wire.verdicts import Names

GAP, APPROVED, CONFIGURED, OMITTED = "gap", "approved", "configured", "omitted"
MOST_ROWS = 1_000  # of one statement; further events are counted as omitted
KEPT = 20_000  # rows of one host
HOURS_KEPT = timedelta(days=400)
_PRUNED_EVERY = 1_000  # rows
_NOT_EXPLAINED = frozenset({"", GAP})  # to be found after a gap is no explanation
_OF_NO_FILE = frozenset({GAP, APPROVED, CONFIGURED})
_NEVER_EXPLAINED = frozenset({GAP, CONFIGURED})  # a person is to see them
_WORDLESS = ("what", "file", "path", "folder", "folder_path", "old_path", "explanation", "person")
_NOBODY = {
    **dict.fromkeys((*_WORDLESS, "person_name", "program", "client"), ""),
    "who_known": False,
}


def is_explained(event: FileEvent) -> bool:
    """A gap is none, though everything was looked at since: it is to be seen as one."""
    return event.kind not in _NEVER_EXPLAINED and event.explained_by not in _NOT_EXPLAINED


def files_of(event: FileEvent) -> dict[str, int]:
    """How many changed files by kind; a gap, an approval, a setting is none."""
    if event.kind in _OF_NO_FILE:
        return {}
    return event.counts or {event.kind: event.count}


def unexplained_files(told: FileEvents) -> int:
    """All of them: those that did not fit, too."""
    shown = sum(sum(files_of(each).values()) for each in told.events if not is_explained(each))
    return shown + told.omitted_unexplained


def store_events(
    connection: Connection, entry: Logged, header: Header, told: FileEvents, place: int
) -> int:
    """Store the events behind the host's row `place`; return the place of the last one."""
    said = (entry, header, told)
    rows = [
        {**row, "place": place + number}
        for number, row in enumerate((*_rows(*said), *_omitted(*said)), start=1)
    ]
    if not rows:
        return place
    connection.execute(insert(FILE_EVENT), rows)
    add_up(connection, FILE_HOUR, _by_hour(rows), "files")
    reached = place + len(rows)
    if reached // _PRUNED_EVERY > place // _PRUNED_EVERY:
        _prune(connection, header.agent, reached, entry.received_at)
    return reached


def _rows(entry: Logged, header: Header, told: FileEvents) -> Iterator[Row]:
    for position, event in enumerate(told.events[:MOST_ROWS]):
        at = moment_of(event.at, header, entry.received_at)
        since = event.since and moment_of(event.since, header, entry.received_at)
        counts = files_of(event)
        yield {
            **_place(entry, header, told, position),
            "number": event.number,
            "at": at,
            "since": since,
            "kind": event.kind,
            "files": sum(counts.values()),
            "counts": _json(counts),
            "what": " ".join(event.what),
            "file": event.file,
            "path": event.path,
            "folder": event.folder or "",
            "folder_path": _folder_path(told.names, event),
            "old_path": event.old_path,
            "explained": is_explained(event),
            "explained_by": event.explained_by,
            "explanation": event.explanation,
            "person": event.user or "",
            "person_name": event.user_name,
            "program": event.program,
            "client": event.client,
            "who_known": event.who_known,
        }


def _folder_path(names: Names, event: FileEvent) -> str:
    """Where it lies, as far as that is disclosed; what was folded says its folder itself."""
    if names is Names.FULL and not event.counts:
        return event.path.rpartition("/")[0] or event.path
    return event.path


def _place(entry: Logged, header: Header, told: FileEvents, position: int) -> Row:
    return {
        "agent": header.agent,
        "facility": entry.facility,
        "log_index": entry.log_index,
        "position": position,
        "watched": told.watched,
    }


def _omitted(entry: Logged, header: Header, told: FileEvents) -> Iterator[Row]:
    """What the host left out, and what is more than one statement may give: explained or not."""
    sums: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for event in told.events[MOST_ROWS:]:
        sums[is_explained(event)].update(files_of(event))
    unexplained = min(told.omitted_unexplained, sum(told.omitted_counts.values()))
    for kind, files in sorted(told.omitted_counts.items()):
        open_files = min(unexplained, files)
        unexplained -= open_files
        sums[False][kind] += open_files
        sums[True][kind] += files - open_files
    at = moment_of(header.made_at, header, entry.received_at)
    for position, explained in ((MOST_ROWS, False), (MOST_ROWS + 1, True)):
        counts = {kind: files for kind, files in sums[explained].items() if files}
        if counts:
            yield {
                **_place(entry, header, told, position),
                **_NOBODY,
                "number": told.last,
                "at": at,
                "since": None,
                "kind": OMITTED,
                "files": sum(counts.values()),
                "counts": _json(counts),
                "explained": explained,
                "explained_by": OMITTED if explained else "",
            }


def _by_hour(rows: Sequence[Mapping[str, object]]) -> list[Row]:
    sums: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        at = row["at"]
        hour = at.replace(minute=0, second=0, microsecond=0) if isinstance(at, datetime) else at
        counts: dict[str, int] = msgspec.json.decode(str(row["counts"]))
        for kind, files in counts.items():
            key = (row["agent"], row["watched"], hour, row["explained"], kind, row["facility"])
            sums[key] += files
    names = ("agent", "watched", "hour", "explained", "kind", "facility")
    return [{**dict(zip(names, key, strict=True)), "files": sums[key]} for key in sums]


def _prune(connection: Connection, agent: str, reached: int, now: datetime) -> None:
    """By what the log says alone, so that whoever reads it again keeps the same rows."""
    event, hour = FILE_EVENT.c, FILE_HOUR.c
    connection.execute(
        delete(FILE_EVENT).where(event.agent == agent, event.place <= reached - KEPT)
    )
    oldest = now.astimezone(UTC) - HOURS_KEPT
    connection.execute(delete(FILE_HOUR).where(hour.agent == agent, hour.hour < oldest))


def _json(counts: Mapping[str, int]) -> str:
    return msgspec.json.encode(dict(sorted(counts.items()))).decode()
