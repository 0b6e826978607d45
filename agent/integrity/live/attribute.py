"""Who made a change that a look has found: the newest touch that can have made it.

A touch belongs to a path, or to a folder above it that came or went as a whole. A touch that only
changed attributes made no content: then nobody saw who wrote it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.integrity.change import Change, Kind
from agent.integrity.live.touch import Kinds, Touch
from agent.integrity.who.record import Who

_MOST_EACH = 8  # touches of one path that are remembered
_MOST_PATHS = 200_000
_KEPT_S = 30.0
_NAMED = Kinds.CREATED | Kinds.DELETED | Kinds.MOVED_FROM | Kinds.MOVED_TO
_CONTENT = _NAMED | Kinds.WRITTEN | Kinds.CLOSED
_COMES, _GOES = Kinds.CREATED | Kinds.MOVED_TO, Kinds.DELETED | Kinds.MOVED_FROM
_BY_KIND = {
    Kind.ADDED: _CONTENT,
    Kind.MODIFIED: _CONTENT,
    Kind.REMOVED: _GOES,
    Kind.RENAMED: _NAMED,
    Kind.METADATA: Kinds(127),
}
_BY_FOLDER = {Kind.ADDED: _COMES, Kind.REMOVED: _GOES, Kind.RENAMED: Kinds.MOVED_TO}


@dataclass(slots=True)
class _Of:
    """The touches of one path, the newest last."""

    touches: list[Touch] = field(default_factory=list)
    newest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Made:
    """The touch that made a change, and who else touched it since the look before."""

    touch: Touch | None
    others: tuple[Who, ...] = ()

    @property
    def at(self) -> datetime | None:
        return None if self.touch is None else moment(self.touch.at_ns)


@dataclass(slots=True)
class Touches:
    """Guards what was touched in the last half minute, and longer where the look is still due."""

    _of: dict[bytes, _Of] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._of)

    def remember(self, touch: Touch, now_s: float) -> None:
        """Of too many paths the one touched longest ago is forgotten."""
        known = self._of.pop(touch.path, None) or _Of()
        known.touches = [*known.touches[1 - _MOST_EACH :], touch]
        known.newest_s = now_s
        self._of[touch.path] = known
        if len(self._of) > _MOST_PATHS:
            del self._of[next(iter(self._of))]

    def forget(self, now_s: float, waits: Callable[[bytes], bool]) -> None:
        """What was looked at long enough ago. Touches stand in order of their newest."""
        old = []
        for path, of in self._of.items():
            if now_s - of.newest_s < _KEPT_S:
                break
            if not waits(path):
                old.append(path)
        for path in old:
            del self._of[path]

    def came_from(self, path: bytes) -> bytes | None:
        """The name that it had before, where the kernel has said so."""
        of = self._of.get(path)
        return (
            next((one.old_path for one in reversed(of.touches) if one.old_path), None)
            if of
            else None
        )

    def of(self, change: Change) -> Made:
        """Who made it."""
        fitting = [one for one in self._all(change) if one.kinds & _BY_KIND[change.kind]]
        if not fitting:
            folder = self._folder_of(change)
            return Made(folder)
        newest = fitting[-1]
        others = dict.fromkeys(
            one.who for one in fitting if one.who is not None and one.who != newest.who
        )
        return Made(newest, tuple(who for who in others if who is not None))

    def _all(self, change: Change) -> Sequence[Touch]:
        paths = (change.path,) if change.old_path is None else (change.old_path, change.path)
        return [touch for path in paths if path in self._of for touch in self._of[path].touches]

    def _folder_of(self, change: Change) -> Touch | None:
        """The touch that took along a whole folder, the nearest one above."""
        wanted = _BY_FOLDER.get(change.kind, Kinds(0))
        for above in _folders(change.path):
            of = self._of.get(above)
            for touch in reversed(of.touches if of else ()):
                if touch.is_folder and touch.kinds & wanted:
                    return touch
        return None


def moment(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns // 1000 / 1e6, UTC)


def _folders(path: bytes) -> Iterator[bytes]:
    while b"/" in path:
        path = path.rpartition(b"/")[0]
        yield path or b"/"
