"""Hearing a whole filesystem through one mark: every folder, at no cost for each of them.

The whole filesystem speaks, so what nobody watches must be dropped early and cheaply.
"""

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from agent.integrity.live import kernel
from agent.integrity.live.folders import NOBODYS, Folders
from agent.integrity.live.limit import Limit
from agent.integrity.live.places import Place
from agent.integrity.live.raw_events import RawEvent, UnknownEventError, read_events
from agent.integrity.live.touch import UNKNOWN_NS, Kinds, Touch, waited_since
from agent.integrity.who.record import Who
from wire.text import N_

# An event of a living process comes with a descriptor, and takes 64 bytes or more: no read opens
# more than a quarter of what an ordinary service may have open.
_BUFFER = 1 << 14
_MOST_READS = 256  # at once; then what was heard is worked on
_COMMON = kernel.CREATE | kernel.DELETE | kernel.CLOSE_WRITE | kernel.MODIFY | kernel.ATTRIB
_RENAME = _COMMON | kernel.RENAME | kernel.ONDIR
_MOVES = _COMMON | kernel.MOVED_FROM | kernel.MOVED_TO | kernel.ONDIR  # kernels before 5.17
_KINDS = {
    kernel.CREATE: Kinds.CREATED,
    kernel.MODIFY: Kinds.WRITTEN,
    kernel.CLOSE_WRITE: Kinds.CLOSED,
    kernel.ATTRIB: Kinds.ATTRIBUTES,
    kernel.DELETE: Kinds.DELETED,
    kernel.MOVED_FROM: Kinds.MOVED_FROM,
    kernel.MOVED_TO: Kinds.MOVED_TO,
    kernel.RENAME: Kinds.MOVED_TO,
}
_CHANGES_NAMES = kernel.RENAME | kernel.MOVED_FROM | kernel.MOVED_TO
Identify = Callable[[int, int | None, int, int], Who | None]  # pid, pidfd, at_ns, since_ns
_About = tuple[bytes, int]  # path and process: hints about both are one touch


@dataclass(slots=True)
class _Heard:
    """Hints about one path by one process, put together."""

    kinds: Kinds
    who: Who | None
    is_folder: bool
    old_path: bytes | None = None


class FanotifyWatcher:
    """One group; a mark on each filesystem that holds a watched path."""

    def __init__(
        self, identify: Identify, wall_ns: Callable[[], int], ours: Callable[[bytes, int], bool]
    ) -> None:
        """Raises OSError where the kernel or our rights do not allow it."""
        self._identify = identify
        self._wall_ns = wall_ns
        self._ours = ours  # whether a path is a place where this process's own writes are dropped
        self._group, self._with_pidfd = _new_group()
        self._emptied_ns = wall_ns()  # nothing waited then
        self._folders = Folders()
        self._mask = _RENAME
        self._overflowed = False
        self.dropped = 0  # hints about what nobody watches, and about our own writes

    def watch(self, places: Sequence[Place]) -> dict[bytes, OSError]:
        """Hear of these places from now on; return those that cannot be heard this way, and why."""
        refused: dict[bytes, OSError] = {}
        for place in places:
            try:
                self._mark(place.anchor)
            except OSError as error:
                refused[place.watched] = error
        self._folders.watch([place for place in places if place.watched not in refused])
        return refused

    def fileno(self) -> int:
        return self._group

    @property
    def overflowed(self) -> bool:
        found, self._overflowed = self._overflowed, False
        return found

    def limits(self) -> tuple[Limit, ...]:
        if self._mask == _RENAME:
            return ()
        return (Limit(N_("This kernel does not say which name a moved file had before.")),)

    def nothing_before(self, at_ns: int) -> None:
        """Whoever waited for us says that nothing waited until then."""
        self._emptied_ns = max(self._emptied_ns, at_ns)

    def nothing_known(self) -> None:
        """The clock was set: until this is read empty, nobody knows since when anything waits."""
        self._emptied_ns = UNKNOWN_NS

    def read(self) -> list[Touch]:
        heard: dict[_About, _Heard] = {}
        at_ns, before_ns = self._wall_ns(), self._emptied_ns
        for _ in range(_MOST_READS):
            try:
                buffer = os.read(self._group, _BUFFER)
            except BlockingIOError:
                self._emptied_ns = at_ns
                break
            self._take_all(buffer, heard)
        waited = waited_since(before_ns, at_ns)
        return [
            Touch(path, at_ns, each.kinds, pid, each.who, each.is_folder, each.old_path, waited)
            for (path, pid), each in heard.items()
        ]

    def close(self) -> None:
        self._folders.close()
        os.close(self._group)

    def _take_all(self, buffer: bytes, heard: dict[_About, _Heard]) -> None:
        """What cannot be understood is as good as lost, and keeps nobody from hearing the rest."""
        try:
            for event in read_events(buffer):
                self._take_one(event, heard)
        except UnknownEventError:
            self._overflowed = True

    def _take_one(self, event: RawEvent, heard: dict[_About, _Heard]) -> None:
        try:
            self._take(event, heard)
        except OSError:
            self._overflowed = True
        finally:
            if event.pidfd >= 0:
                os.close(event.pidfd)

    def _take(self, event: RawEvent, heard: dict[_About, _Heard]) -> None:
        if event.mask & kernel.QUEUE_OVERFLOW:
            self._overflowed = True
            return
        folder = self._folders.of(event.folder)
        old_folder = self._folders.of(event.old_folder) if event.old_folder else NOBODYS
        if folder is NOBODYS and old_folder is NOBODYS:
            self.dropped += 1
            return
        is_folder = bool(event.mask & kernel.ONDIR)
        if is_folder and event.mask & _CHANGES_NAMES:
            self._folders.forget()
        old = old_folder.names(event.old_name)
        for path in old:
            self._hear(heard, path, event, _Heard(Kinds.MOVED_FROM, None, is_folder))
        came_from = old[0] if old else None
        kinds = _kinds_of(event.mask)
        for path in folder.names(event.name):
            self._hear(heard, path, event, _Heard(kinds, None, is_folder, came_from))

    def _hear(self, heard: dict[_About, _Heard], path: bytes, event: RawEvent, new: _Heard) -> None:
        """The newest stands last: of several processes it is the one that ended it."""
        known = heard.pop((path, event.pid), None)
        if known is not None:
            new.kinds |= known.kinds
            new.old_path = new.old_path or known.old_path
            new.is_folder = new.is_folder or known.is_folder
            new.who = known.who
        elif self._ours(path, event.pid):
            self.dropped += 1
            return
        else:
            pidfd = event.pidfd if self._with_pidfd else None
            new.who = self._identify(event.pid, pidfd, self._wall_ns(), self._emptied_ns)
        heard[path, event.pid] = new

    def _mark(self, path: bytes) -> None:
        try:
            kernel.try_handle(path)
            kernel.mark_filesystem(self._group, self._mask, path)
        except OSError as error:
            if error.errno != errno.EINVAL or self._mask == _MOVES:
                raise
            self._mask = _MOVES
            kernel.mark_filesystem(self._group, self._mask, path)


def _new_group() -> tuple[int, bool]:
    """With pidfds where the kernel has them: nobody else can then come by the same number."""
    with suppress(OSError):
        return kernel.fanotify(with_pidfd=True), True
    return kernel.fanotify(with_pidfd=False), False


def _kinds_of(mask: int) -> Kinds:
    kinds = Kinds(0)
    for bit, kind in _KINDS.items():
        if mask & bit:
            kinds |= kind
    return kinds
