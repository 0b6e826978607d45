"""Find the files that only moved: the same inode with the same content under another name. Pure."""

from collections.abc import Sequence

from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind

_Identity = tuple[int, int, bytes | None]


def join_renames(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Replace each removed and added pair of one identity by one renamed, where it was added."""
    removed = {
        _identity(change.before): change
        for change in changes
        if change.kind is Kind.REMOVED and change.before is not None and change.before.inode
    }
    origin = {
        id(change): removed.pop(_identity(change.after))
        for change in changes
        if change.kind is Kind.ADDED and change.after and _identity(change.after) in removed
    }
    moved_away = {id(change) for change in origin.values()}
    return tuple(
        Change(Kind.RENAMED, origin[id(change)].before, change.after)
        if id(change) in origin
        else change
        for change in changes
        if id(change) not in moved_away
    )


def _identity(record: FileRecord) -> _Identity:
    """A reused inode has other content; the kind of thing must be the same, too.

    Without an inode (a filesystem that makes them up) nothing says that two are one.
    """
    return record.inode, record.mode, record.sha256
