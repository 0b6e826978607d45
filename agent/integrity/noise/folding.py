"""Makes events of changes: one of one, or one of many with exact counts. Pure."""

import posixpath
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from agent.files.names import path_bytes
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who


def event_of(seen: Seen, explained_by: str = "", explanation: str = "") -> Event:
    """One change as an event that the store has not numbered yet."""
    change = seen.change
    return Event(
        number=0,
        at=seen.at,
        since=seen.since,
        watched=path_bytes(seen.watched.path),
        kind=EventKind(change.kind.value),
        path=change.path,
        old_path=change.old_path,
        what=change.what,
        size=None if change.after is None else change.after.size,
        who=seen.who,
        explained_by=explained_by,
        explanation=explanation,
    )


def entry_of(
    parts: Sequence[Seen], whole: Seen, explained_by: str = "", explanation: str = ""
) -> Entry:
    """One change; what it is joined of can be listed."""
    event = event_of(whole, explained_by, explanation)
    if len(parts) == 1:
        return Entry(event)
    return Entry(event, tuple(event_of(part, explained_by, explanation) for part in parts))


def folded(entries: Sequence[Entry], explained_by: str = "", explanation: str = "") -> Entry:
    """Many changes below one watched path as one event; a single one is not folded.

    Changes of one path in a row are one member: counted are files. What came and went counts as
    both.
    """
    members = _by_file([entry.event for entry in entries])
    if len(members) == 1:
        return _alone(members[0], entries, explained_by, explanation)
    counts = Counter(member.kind for member in members)
    sinces = [member.since for member in members if member.since is not None]
    event = Event(
        number=0,
        at=max(member.at for member in members),
        since=min(sinces, default=None),
        watched=members[0].watched,
        kind=counts.most_common(1)[0][0],
        path=_common_folder(members),
        who=_one_of(members),
        explained_by=explained_by,
        explanation=explanation,
        counts=dict(counts),
    )
    return Entry(event, tuple(members))


def _alone(event: Event, entries: Sequence[Entry], explained_by: str, explanation: str) -> Entry:
    """It is told as itself; what was joined or came in a row can be listed."""
    whole = replace(event, explained_by=explained_by, explanation=explanation or event.explanation)
    members = tuple(member for entry in entries for member in (entry.members or (entry.event,)))
    return Entry(whole, members if len(members) > 1 else ())


def _by_file(events: Sequence[Event]) -> list[Event]:
    """Each file once, as what became of it."""
    found: dict[bytes, list[Event]] = {}
    for event in events:
        course = found.setdefault(event.path, [])
        if course and _goes_on(course[-1], event):
            course[-1] = _in_a_row(course[-1], event)
        else:
            course.append(event)
    return [event for course in found.values() for event in course]


def _goes_on(earlier: Event, later: Event) -> bool:
    return (
        EventKind.REMOVED not in (earlier.kind, later.kind)
        and later.kind is not EventKind.RENAMED
        and earlier.who == later.who
    )


def _in_a_row(earlier: Event, later: Event) -> Event:
    """What was added and then written to was added; a mode that changed with content is content."""
    kind = later.kind if earlier.kind is EventKind.METADATA else earlier.kind
    return replace(
        later,
        kind=kind,
        since=earlier.since,
        old_path=earlier.old_path,
        what=tuple(dict.fromkeys((*earlier.what, *later.what))),
    )


def _one_of(members: Sequence[Event]) -> Who | None:
    """Who made them all; the newest of a program's processes stands for the others."""
    makers = {_maker(member.who) for member in members}
    return members[-1].who if len(makers) == 1 else None


def _maker(who: Who | None) -> tuple[object, ...] | None:
    if who is None:
        return None
    return who.uid, who.login_uid, who.exe, who.session, who.client_user, who.client_address


def _common_folder(members: Sequence[Event]) -> bytes:
    return posixpath.commonpath([posixpath.dirname(member.path) or b"/" for member in members])
