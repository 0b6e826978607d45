"""Find the files that only moved: the same inode with the same content under another name. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind

_Identity = tuple[int, int, int, bytes | None]


def join_renames(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Replace each removed and added pair of one identity by one renamed, where it was added.

    Whoever replays what is left holds what is there in the end: what came and went under one name
    stays two changes, and so does a name that something else has come to between the two.
    """
    left: defaultdict[_Identity, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        if change.kind is Kind.REMOVED and change.before is not None and change.before.inode:
            left[_identity(change.before)].append(place)
    if not left:
        return tuple(changes)
    origins = _origins(changes, left)
    moved_away = set(origins.values())
    return tuple(
        Change(Kind.RENAMED, changes[origins[place]].before, change.after)
        if place in origins
        else change
        for place, change in enumerate(changes)
        if place not in moved_away
    )


def _origins(changes: Sequence[Change], left: defaultdict[_Identity, list[int]]) -> dict[int, int]:
    """Where each was added -> where it was removed under its former name."""
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, change in enumerate(changes):
        places[change.path].append(place)
    origins: dict[int, int] = {}
    for place, change in enumerate(changes):
        if change.kind is not Kind.ADDED or change.after is None:
            continue
        candidates = left.get(_identity(change.after), [])
        for gone in candidates:
            former = changes[gone].path
            first, last = min(gone, place), max(gone, place)
            if former != change.path and not any(first < at < last for at in places[former]):
                candidates.remove(gone)
                origins[place] = gone
                break
    return origins


def _identity(record: FileRecord) -> _Identity:
    """A reused inode has other content, or at least another time; the kind must be the same, too.

    Without an inode (a filesystem that makes them up) nothing says that two are one. A folder's
    time changes with what is in it.
    """
    written_ns = 0 if record.is_directory else record.mtime_ns
    return record.inode, record.mode, written_ns, record.sha256
