"""Observations made by hand, for a judge without files."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from agent.config.model import Watched
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.ransom.judge import Judge
from agent.integrity.ransom.observation import Observation, Probe
from agent.integrity.ransom.suspicion import Suspicion
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who

ROOT = "/srv/share"
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WATCHED = Watched(path=Path(ROOT))
ONE = Who(1000, 1000, 4711, "/usr/bin/x")
_inodes = count(1000)


def file(path: str, content: str, size: int = 10_000, inode: int = 0) -> FileRecord:
    number = inode or next(_inodes)
    return FileRecord(
        *(path.encode(), 0o100644, 0, 0, size, number, number, number, 1, 1),
        *(number.to_bytes(32, "big"), 0, "", None, content),
    )


class Stream:
    """A judge, and changes that come one after another."""

    def __init__(self, canaries: Sequence[str] = (), standing: Suspicion | None = None) -> None:
        self.ids = count(1)
        names = frozenset(path.encode() for path in canaries)
        self.judge = Judge(ROOT.encode(), lambda: f"s{next(self.ids)}", names, standing)
        self.now = BEGIN
        self.step = timedelta(seconds=1)
        self.who: Who | None = None
        self.since: datetime | None = None

    def seen(self, change: Change, probe: Probe | None = None) -> None:
        self.now += self.step
        before = change.before.content if change.before else ""
        after = change.after.content if change.after else ""
        seen = Seen(change, WATCHED, self.now, self.since, self.who)
        self.judge.take(Observation(seen, before, after, probe))

    def modified(self, path: str, before: str, after: str, probe: Probe | None = None) -> None:
        change = Change(Kind.MODIFIED, file(path, before), file(path, after), ("content",))
        self.seen(change, probe)

    def added(self, path: str, content: str, size: int = 10_000, *, probe: Probe | None = None,
              inode: int = 0) -> None:  # fmt: skip
        self.seen(Change(Kind.ADDED, None, file(path, content, size, inode)), probe)

    def removed(self, path: str, content: str, size: int = 10_000, inode: int = 0) -> None:
        self.seen(Change(Kind.REMOVED, file(path, content, size, inode), None))

    def renamed(self, old: str, new: str, before: str, after: str = "") -> None:
        record = file(old, before)
        now = file(new, after or before, inode=0 if after else record.inode)
        self.seen(Change(Kind.RENAMED, record, now, ("content",) if after else ()))

    def verdict(self) -> Suspicion | None:
        return self.judge.conclude()


def paths(many: int, extension: str = "docx", folder: str = "a") -> Iterator[str]:
    return (f"{ROOT}/{folder}/{number:04}.{extension}" for number in range(many))
