"""Makes events of changes: one of one, or one of many with exact counts."""

import os
from collections import Counter
from collections.abc import Sequence

from agent.files.names import path_bytes
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.seen import Seen


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


def folded(members: Sequence[Event], explained_by: str = "", explanation: str = "") -> Entry:
    """Many changes below one watched path as one event; a single one is not folded."""
    if len(members) == 1:
        return Entry(members[0])
    counts = Counter(member.kind for member in members)
    sinces = [member.since for member in members if member.since is not None]
    makers = {member.who for member in members}
    event = Event(
        number=0,
        at=max(member.at for member in members),
        since=min(sinces, default=None),
        watched=members[0].watched,
        kind=counts.most_common(1)[0][0],
        path=_common_folder(members),
        who=makers.pop() if len(makers) == 1 else None,
        explained_by=explained_by,
        explanation=explanation,
        counts=dict(counts),
    )
    return Entry(event, tuple(members))


def _common_folder(members: Sequence[Event]) -> bytes:
    return os.path.commonpath([os.path.dirname(member.path) or b"/" for member in members])  # noqa: PTH120 - bytes
