"""Compare two streams of records in the order of a walk. Pure, and holds neither in memory."""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from agent.files.differing import differing
from agent.files.names import key_of
from agent.files.record import FileRecord, Trouble
from agent.integrity.change import Change, Kind, Unseen

_CLOSED_OFF = (
    *(Trouble.DENIED, Trouble.INPUT_OUTPUT),
    *(Trouble.TOO_LONG, Trouble.OTHER_FILESYSTEM),
)
_everything = attrgetter(
    *("mode", "uid", "gid", "mtime_ns", "ctime_ns", "inode", "links"),
    *("size", "sha256", "trouble", "attributes"),
)
_NEW_CONTENT = ("type", "content")
Pair = tuple[FileRecord | None, FileRecord | None]


def compare(
    approved: Iterable[FileRecord], present: Iterable[FileRecord]
) -> Iterator[Change | Unseen]:
    """Yield every difference, and everything about which nothing can be said.

    What was approved inside a folder that cannot be entered now is unseen, never removed.
    """
    closed = b""
    for before, after in pair(approved, present):
        if after is None:
            assert before is not None  # noqa: S101 - a pair has one side at least
            hidden = closed and key_of(before.path).startswith(closed)
            yield Unseen(before.path, Trouble.UNLISTED) if hidden else _removed(before)
            continue
        if after.trouble in _CLOSED_OFF and not after.is_file:
            closed = key_of(after.path) + b"\0"
        yield from judge(before, after)


def judge(before: FileRecord | None, after: FileRecord) -> Iterator[Change | Unseen]:
    """What is to be said about one thing that is there now."""
    if before is None:
        yield Change(Kind.ADDED, None, after)
        if after.trouble:
            yield Unseen(after.path, after.trouble)
        return
    if not after.trouble and _everything(before) == _everything(after):
        return
    if after.trouble and not _known_mount_point(before, after):
        yield Unseen(after.path, after.trouble)
    kind, what = difference(before, after)
    if what:
        yield Change(kind, before, after, what)


def difference(before: FileRecord, after: FileRecord) -> tuple[Kind, tuple[str, ...]]:
    """What happened to one thing, and which attributes differ; content first."""
    what = differing(before, after)
    kind = Kind.MODIFIED if what and what[0] in _NEW_CONTENT else Kind.METADATA
    return kind, what


def pair(left: Iterable[FileRecord], right: Iterable[FileRecord]) -> Iterator[Pair]:
    """Merge two sorted streams by path."""
    lefts, rights = iter(left), iter(right)
    before, after = next(lefts, None), next(rights, None)
    while before is not None or after is not None:
        order = _order(before, after)
        yield (before if order <= 0 else None, after if order >= 0 else None)
        if order <= 0:
            before = next(lefts, None)
        if order >= 0:
            after = next(rights, None)


def _order(before: FileRecord | None, after: FileRecord | None) -> int:
    if before is None:
        return 1
    if after is None:
        return -1
    if before.path == after.path:
        return 0
    return -1 if key_of(before.path) < key_of(after.path) else 1


def _known_mount_point(before: FileRecord, after: FileRecord) -> bool:
    """Another filesystem that was one when this was approved is no news."""
    return before.trouble == after.trouble == Trouble.OTHER_FILESYSTEM


def _removed(before: FileRecord) -> Change:
    return Change(Kind.REMOVED, before, None)
