"""Events and changes as the watcher hands them over, made by number."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.config.model import Watched
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who

KEY = b"k" * 32
ROOT = b"/srv/share"
BEGIN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HOA = Who(uid=1001, login_uid=1001, pid=4711, exe="/usr/bin/vim", command="vim thuốc.txt")


def event(number: int, *, explained_by: str = "", who: Who | None = HOA) -> Event:
    """One changed file, a second after the one before."""
    return Event(
        number=0,
        at=BEGIN + timedelta(seconds=number),
        since=None,
        watched=ROOT,
        kind=EventKind.MODIFIED,
        path=b"%b/%d.txt" % (ROOT, number),
        what=("content",),
        size=number,
        who=who,
        explained_by=explained_by,
    )


def entries(first: int, count: int) -> tuple[Entry, ...]:
    return tuple(Entry(event(number)) for number in range(first, first + count))


def folded(number: int, files: int) -> Entry:
    """One event that stands for many files."""
    whole = Event(
        number=0,
        at=BEGIN + timedelta(seconds=number),
        since=None,
        watched=ROOT,
        kind=EventKind.MODIFIED,
        path=ROOT,
        explained_by="package",
        explanation="openssh-server 1:9.2p1-2+deb12u7",
        counts={EventKind.MODIFIED: files},
    )
    return Entry(whole, tuple(event(number + place) for place in range(files)))


def record(path: bytes, content: bytes = b"\1" * 32) -> FileRecord:
    return FileRecord(path, 0o100644, 0, 0, 5, 1, 1, 7, 1, 1, content, 0, "")


def seen(number: int) -> Seen:
    path = b"%b/%d.txt" % (ROOT, number)
    change = Change(Kind.MODIFIED, record(path), record(path, b"\2" * 32), ("content",))
    watched = Watched(path=Path("/srv/share"))
    return Seen(change, watched, BEGIN + timedelta(seconds=number), None, HOA, (number,))
