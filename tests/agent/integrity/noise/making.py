"""Changes as the watching hands them over, made by hand."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from agent.config.model import Watched
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.events.event import Entry
from agent.integrity.noise.context import Context, Reading
from agent.integrity.noise.explain import explain
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.questions import Question
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who

NOON = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
LATER = NOON + timedelta(minutes=20)
WRITTEN_NS = int((NOON - timedelta(seconds=5)).timestamp()) * 10**9
WATCHED = Watched(Path("/"))
DPKG = Who(uid=0, login_uid=None, pid=700, exe="/usr/bin/dpkg")
SCRIPT = Who(uid=0, login_uid=None, pid=701, exe="/usr/bin/dash", parents=("/usr/bin/dpkg",))
LOGROTATE = Who(uid=0, login_uid=None, pid=702, exe="/usr/sbin/logrotate")
SOMEBODY = Who(uid=1000, login_uid=1000, pid=4000, exe="/usr/bin/python3.11")
FILE, RUN, FOLDER, LINK = 0o100644, 0o100755, 0o040755, 0o120777


def record(
    path: str, content: bytes | None = b"one", **fields: int | bytes | str | None
) -> FileRecord:
    """A file of root's; `content` of a link is where it leads, of a folder None."""
    mode = fields.pop("mode", FILE if content is not None else FOLDER)
    found = FileRecord(
        path=path.encode(),
        mode=int(mode or 0),
        uid=0,
        gid=0,
        size=len(content or b""),
        mtime_ns=1,
        ctime_ns=WRITTEN_NS,
        inode=_inode(path, content),
        device=1,
        links=1,
        sha256=hashlib.sha256(content).digest() if content is not None else None,
        hashed_at=1,
        trouble="",
        attributes=None,
    )
    return replace(found, **fields)


def _inode(path: str, content: bytes | None) -> int:
    """Another content is another file, unless a test says that it is the same."""
    return int.from_bytes(hashlib.sha256(path.encode() + (content or b"")).digest()[:4], "big")


def added(after: FileRecord, who: Who | None = None, at: datetime = NOON) -> Seen:
    return seen(Kind.ADDED, None, after, who, at)


def removed(before: FileRecord, who: Who | None = None, at: datetime = NOON) -> Seen:
    return seen(Kind.REMOVED, before, None, who, at)


def modified(
    before: FileRecord, after: FileRecord, who: Who | None = None, at: datetime = NOON
) -> Seen:
    same = before.sha256 == after.sha256
    return seen(Kind.METADATA if same else Kind.MODIFIED, before, after, who, at)


def renamed(
    before: FileRecord, after: FileRecord, who: Who | None = None, at: datetime = NOON
) -> Seen:
    return seen(Kind.RENAMED, before, after, who, at)


def seen(
    kind: Kind,
    before: FileRecord | None,
    after: FileRecord | None,
    who: Who | None,
    at: datetime,
) -> Seen:
    return Seen(Change(kind, before, after), WATCHED, at, None, who)


@dataclass
class Disk:
    """What the edge would read: contents by path."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    inside: Mapping[str, bytes] = field(default_factory=dict)  # of compressed ones

    def answer(self, questions: Iterable[Question]) -> dict[Question, Reading | None]:
        return {question: self._read(question) for question in questions}

    def _read(self, question: Question) -> Reading | None:
        path = question.path.decode()
        content = self.contents.get(path)
        if content is None or hashlib.sha256(content[: question.size]).digest() != question.sha256:
            return None
        if question.is_link:
            return Reading(target=content)
        inside = self.inside.get(path, content) if question.unpack else content
        return Reading(
            md5=md5(content),
            head=content[:16],
            prefixes={
                length: hashlib.sha256(inside[:length]).digest()
                for length in question.lengths
                if length <= len(inside)
            },
        )


def told(waiting: Sequence[Seen], context: Context, disk: Disk | None = None) -> Explained:
    """What is told once everything that is asked for was read."""
    explained = explain(waiting, context)
    answers = (disk or Disk()).answer(explained.questions)
    readings = {**context.readings, **answers}
    again = Context(context.now, context.packages, readings, context.log_patterns, context.storms)
    return explain(waiting, again)


def by_path(explained: Explained) -> dict[str, str]:
    """Each path of an event or of a member, and what explains it."""
    return {
        event.path.decode(): event.explained_by
        for entry in explained.events
        for event in (entry.members or (entry.event,))
    }


def unexplained(explained: Explained) -> set[str]:
    return {path for path, code in by_path(explained).items() if not code}


def of_code(explained: Explained, code: str) -> list[Entry]:
    return [entry for entry in explained.events if entry.event.explained_by == code]


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
