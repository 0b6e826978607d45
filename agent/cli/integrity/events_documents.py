"""Stored events as documents and lines for programs; the paths stay on this host."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime
from typing import Any

from agent.cli.documents import document, moment_text
from agent.cli.integrity.events_words import is_unexplained, shown_text
from agent.cli.integrity.who_document import who_entry
from agent.daemon.work.integrity.events_job import Found, Why
from agent.daemon.work.integrity.open_gaps import open_gaps
from agent.files.names import shown
from agent.files.record import FileRecord
from agent.integrity.events.event import CHANGES, Event, EventKind
from texts.shell import worst_code
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.verdicts import CheckVerdict

_VERDICTS = {WRONG: CheckVerdict.FAIL, UNDECIDED: CheckVerdict.UNKNOWN, GOOD: CheckVerdict.PASS}
_MOST_MEMBERS = 1_000


def exit_code(events: Iterable[Event]) -> int:
    """0 nothing unexplained, 1 unexplained changes, 2 gaps that stand open; 1 wins."""
    told = tuple(events)
    codes = [WRONG] if any(map(is_unexplained, told)) else []
    return worst_code([GOOD, *codes, *([UNDECIDED] if open_gaps(told) else [])])


def events_document(found: Found, at: datetime) -> dict[str, Any]:
    opened = open_gaps(found.events)
    return document(
        "lachan.events/1",
        at,
        _VERDICTS[exit_code(found.events)].value,
        changes=[entry(event) for event in found.events if event.kind is not EventKind.GAP],
        gaps=[_gap(event, opened) for event in found.events if event.kind is EventKind.GAP],
        files=sum(event.files for event in found.events if event.kind in CHANGES),
        bytes=sum(event.size or 0 for event in found.events),
        older=found.older,
        newer=found.newer,
        first=found.first,
        last=found.last,
    )


def why_document(found: Why, at: datetime) -> dict[str, Any]:
    event = found.event
    return document(
        "lachan.event/1",
        at,
        _VERDICTS[exit_code([event])].value,
        event=entry(event),
        members=[entry(member) for member in found.members[:_MOST_MEMBERS]],
        members_total=event.files if event.counts else len(found.members),
        before=None if found.before is None else entry(found.before),
        approved=_record(found.approved),
        now=_record(found.now),
    )


def entry(event: Event) -> dict[str, Any]:
    """One event, or one change of a folded one (that has no number of its own)."""
    optional = {
        "number": event.number or None,
        "since": None if event.since is None else moment_text(event.since),
        "old_path": None if event.old_path is None else shown(event.old_path),
        "what": event.what or None,
        "size": event.size,
        "files": event.files if event.counts else None,
        "counts": {kind.value: number for kind, number in event.counts.items()} or None,
        "who": None if event.who is None else who_entry(event.who),
        "explained_by": event.explained_by or None,
        "explanation": shown_text(event.explanation) or None,
    }
    return {
        "path": shown(event.path),
        "kind": event.kind.value,
        "at": moment_text(event.at),
        "watched": shown(event.watched or b"/"),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _gap(event: Event, opened: Container[Event]) -> dict[str, Any]:
    return {
        "number": event.number,
        "path": shown(event.path),
        "reason": shown_text(event.explanation),
        "from_at": None if event.since is None else moment_text(event.since),
        "to_at": moment_text(event.at),
        "closed": event not in opened,
    }


def _record(record: FileRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "size": record.size,
        "mode": f"{record.mode & 0o7777:04o}",
        "uid": record.uid,
        "gid": record.gid,
        "changed": moment_text(datetime.fromtimestamp(record.mtime_ns / 1e9, tz=UTC)),
    }
