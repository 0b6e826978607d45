"""Files that were written aside, and then took another's place: one change, not three. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.noise.history import History
from agent.integrity.noise.passing_names import BESIDE
from agent.integrity.noise.sorting import by_path
from agent.integrity.seen import Seen

_Identity = tuple[int, int, int, bytes | None]


@dataclass(slots=True)
class Joined:
    """What is to be explained, and what each joined change is made of."""

    seens: list[Seen] = field(default_factory=list)
    _parts: dict[int, tuple[Seen, ...]] = field(default_factory=dict)

    def join(self, whole: Seen, parts: Sequence[Seen]) -> None:
        self.seens.append(whole)
        self._parts[id(whole)] = tuple(parts)

    def parts(self, seen: Seen) -> tuple[Seen, ...]:
        """The changes that were handed over, oldest first."""
        return self._parts.get(id(seen), (seen,))


def join(waiting: Sequence[Seen]) -> Joined:
    """Join each file that came, and soon stood under another name, with what it became.

    Only a file that was not there before: an older one that takes another's place is two files.
    """
    history = History(waiting)
    courses = by_path(waiting)
    came = {  # what came by another name was there before
        path: course
        for path, course in courses.items()
        if history.came(path) and course[0].change.kind is not Kind.RENAMED
    }
    origins = _by_identity(waiting, came, history) | _by_name(courses, history)
    parts: dict[int, list[Seen]] = {}
    for origin, became in origins.items():
        parts.setdefault(id(became), []).extend(courses[origin])
    return _put_together(waiting, origins.keys(), parts)


def _put_together(
    waiting: Sequence[Seen], origins: Collection[bytes], parts: Mapping[int, Sequence[Seen]]
) -> Joined:
    """Each change once, whatever became of what: as itself, or as a part of another."""
    joined, taken = Joined(), set[int]()
    for seen in (seen for seen in waiting if seen.change.path not in origins):
        found = {id(one): one for one in _all_parts(seen, parts) if id(one) not in taken}
        taken.update(found)
        if len(found) > 1:
            joined.join(_whole(seen, tuple(found.values())), tuple(found.values()))
        elif found:
            joined.seens.append(seen)
    joined.seens.extend(seen for seen in waiting if id(seen) not in taken)
    return joined


def _all_parts(seen: Seen, parts: Mapping[int, Sequence[Seen]]) -> Iterator[Seen]:
    """What it was before, and before that; itself last."""
    waits, known = [seen], {id(seen)}
    found: list[Seen] = []
    while waits:
        one = waits.pop()
        found.append(one)
        fresh = [part for part in parts.get(id(one), ()) if id(part) not in known]
        known.update(map(id, fresh))
        waits.extend(fresh)
    return reversed(found)


def _by_identity(
    waiting: Sequence[Seen], came: Mapping[bytes, list[Seen]], history: History
) -> dict[bytes, Seen]:
    """Where each was written -> the change that it became, by the file itself."""
    left = {
        _identity(course[-1].change.before): path
        for path, course in came.items()
        if course[-1].change.kind is Kind.REMOVED and course[-1].change.before is not None
    }
    found: dict[bytes, Seen] = {}
    for seen in waiting:
        origin = _origin(seen, left, came)
        if origin is not None and history.went(origin):
            found.setdefault(origin, seen)
    return found


def _by_name(courses: Mapping[bytes, list[Seen]], history: History) -> dict[bytes, Seen]:
    """The same for names that only mean one thing: what dpkg writes beside the file itself."""
    return {
        path: courses[place][-1]
        for path in courses
        if path.endswith(BESIDE) and history.came(path) and history.went(path)
        if (place := path[: path.rindex(b".")]) in courses
    }


def _origin(
    seen: Seen, left: Mapping[_Identity, bytes], came: Mapping[bytes, list[Seen]]
) -> bytes | None:
    """Under which name it was written."""
    change = seen.change
    if change.kind is Kind.RENAMED:
        return change.old_path if change.old_path in came else None
    if change.kind not in (Kind.ADDED, Kind.MODIFIED) or change.after is None:
        return None
    origin = left.get(_identity(change.after))
    return None if origin == change.path else origin


def _whole(seen: Seen, parts: Sequence[Seen]) -> Seen:
    """The one change that is left of them."""
    change = seen.change
    if change.kind is Kind.RENAMED:
        change = Change(Kind.ADDED, None, change.after)
    numbers = sorted({number for part in parts for number in part.numbers})
    makers = (who for part in parts for who in (part.who, *part.others))
    others = dict.fromkeys(who for who in makers if who is not None and who != seen.who)
    return replace(seen, change=change, numbers=tuple(numbers), others=tuple(others))


def _identity(record: FileRecord) -> _Identity:
    """An inode that was given away again, with equal content, is of another time."""
    return record.device, record.inode, record.mtime_ns, record.sha256
