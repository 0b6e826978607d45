"""Who made a change that a look has found: the newest touch that can have made it.

A touch belongs to a path, or to a folder above it that came or went as a whole. A touch that only
changed attributes made no content: then nobody saw who wrote it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.integrity.change import Change, Kind
from agent.integrity.live.touch import Kinds, Touch
from agent.integrity.who.record import Who

_MOST_EACH = 8  # touches of one path that are remembered
_MOST_PATHS = 200_000
_KEPT_S = 30.0
_KEPT_LARGE_S = 3600.0  # a large file is read when the disk has time for it
_COMES, _GOES = Kinds.CREATED | Kinds.MOVED_TO, Kinds.DELETED | Kinds.MOVED_FROM
_CONTENT = _COMES | Kinds.WRITTEN | Kinds.CLOSED
_ANY = Kinds.ATTRIBUTES | _CONTENT | _GOES
_BY_KIND = {
    Kind.ADDED: _CONTENT,
    Kind.MODIFIED: _CONTENT,
    Kind.REMOVED: _GOES,
    Kind.RENAMED: _COMES,
    Kind.METADATA: _ANY,
}
_BY_FOLDER = {Kind.ADDED: _COMES, Kind.REMOVED: _GOES, Kind.RENAMED: Kinds.MOVED_TO}


@dataclass(slots=True)
class _Of:
    """The touches of one path, the newest last. The first `covered` came before the last look."""

    touches: list[Touch] = field(default_factory=list)
    covered: int = 0
    newest_s: float = 0.0
    kept_s: float = _KEPT_S


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
    """Guards what was touched and not looked at and told since."""

    _of: dict[bytes, _Of] = field(default_factory=dict)
    _covered: set[bytes] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._of)

    def remember(self, touch: Touch, now_s: float) -> None:
        """Of too many paths the one touched longest ago is forgotten."""
        known = self._of.pop(touch.path, None) or _Of()
        known.touches.append(touch)
        if len(known.touches) > _MOST_EACH:
            del known.touches[0]
            known.covered = max(0, known.covered - 1)
        known.newest_s = now_s
        self._of[touch.path] = known
        if len(self._of) > _MOST_PATHS:
            del self._of[next(iter(self._of))]

    def covered(self, paths: Iterable[bytes]) -> None:
        """A look at these begins: it finds what was touched until now."""
        for path in paths:
            of = self._of.get(path)
            if of is not None:
                of.covered = len(of.touches)
                self._covered.add(path)

    def keep(self, path: bytes) -> None:
        """What a look finds there is told much later."""
        if path in self._of:
            self._of[path].kept_s = _KEPT_LARGE_S

    def release(self, paths: Iterable[bytes]) -> None:
        """What was kept long for these is told now, or all of it stands in the journal."""
        for path in paths:
            of = self._of.get(path)
            if of is not None and of.kept_s > _KEPT_S:
                of.kept_s = _KEPT_S
                self._covered.add(path)

    def told(self) -> None:
        """Everything is told that was found by the looks so far."""
        for path in self._covered:
            of = self._of.get(path)
            if of is None or of.kept_s > _KEPT_S:
                continue
            del of.touches[: of.covered]
            of.covered = 0
            if not of.touches:
                del self._of[path]
        self._covered.clear()

    def forget(self, now_s: float, waits: Callable[[bytes], bool]) -> None:
        """What was told, or never will be. Paths stand in order of their newest touch."""
        old = []
        for path, of in self._of.items():
            if now_s - of.newest_s < _KEPT_S:
                break
            if now_s - of.newest_s >= of.kept_s and not waits(path):
                old.append(path)
        for path in old:
            del self._of[path]

    def came_from(self, path: bytes) -> bytes | None:
        """The name that it had before, where the kernel has said so."""
        of = self._of.get(path)
        touches = of.touches if of else ()
        return next((one.old_path for one in reversed(touches) if one.old_path), None)

    def of(self, change: Change) -> Made:
        """Who made it."""
        fitting = self._fitting(change.path, _BY_KIND[change.kind])
        if change.old_path is not None:
            fitting = fitting or self._fitting(change.old_path, _GOES)
        if not fitting:
            return Made(self._folder_of(change))
        newest = fitting[-1]
        others = dict.fromkeys(
            one.who for one in fitting if one.who is not None and one.who != newest.who
        )
        return Made(newest, tuple(who for who in others if who is not None))

    def _fitting(self, path: bytes, wanted: Kinds) -> Sequence[Touch]:
        """Those that the last look covered; where it covered none, those that came since."""
        of = self._of.get(path)
        if of is None:
            return ()
        fitting = [one for one in of.touches[: of.covered] if one.kinds & wanted]
        return fitting or [one for one in of.touches[of.covered :] if one.kinds & wanted]

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
