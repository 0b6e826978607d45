"""Hearing folder by folder, where a whole filesystem cannot be heard.

It needs a watch for each folder, and the kernel gives each user only so many; who did something it
does not say. A folder is watched before it is listed: what comes in between is heard, and what was
there before is looked at because of the hint about the folder.

Source: inotify(7).
"""

import errno
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.integrity.live import kernel
from agent.integrity.live.limit import Limit
from agent.integrity.live.places import Place
from agent.integrity.live.touch import UNKNOWN_NS, Kinds, Touch, waited_since
from wire.text import N_

SETTINGS = Path("/proc/sys/fs/inotify")
_EVENT = struct.Struct("<iIII")
_BUFFER = 1 << 17
_MOST_READS = 16
_HOW = kernel.INOTIFY_ONLYDIR | kernel.INOTIFY_DONT_FOLLOW | kernel.INOTIFY_EXCL_UNLINK
_WHAT = (
    *(kernel.CREATE, kernel.DELETE, kernel.CLOSE_WRITE, kernel.MODIFY, kernel.ATTRIB),
    *(kernel.MOVED_FROM, kernel.MOVED_TO),
)
_MASK = _HOW | sum(_WHAT)
_KINDS = dict(
    zip(
        _WHAT,
        (
            *(Kinds.CREATED, Kinds.DELETED, Kinds.CLOSED, Kinds.WRITTEN, Kinds.ATTRIBUTES),
            *(Kinds.MOVED_FROM, Kinds.MOVED_TO),
        ),
        strict=True,
    )
)
_GOES, _COMES = kernel.DELETE | kernel.MOVED_FROM, kernel.CREATE | kernel.MOVED_TO
Hidden = Callable[[bytes], bool]  # whether a watched name is ignored


@dataclass(slots=True)
class _Watched:
    """One folder that has a watch. `only`: the one name that counts in it, above a place."""

    real: bytes
    place: Place
    only: bytes = b""


@dataclass(slots=True)
class _Batch:
    """What one read has heard."""

    at_ns: int
    since_ns: int | None
    kinds: dict[bytes, Kinds] = field(default_factory=dict)
    folders: set[bytes] = field(default_factory=set)
    came_from: dict[bytes, bytes] = field(default_factory=dict)
    moving: dict[int, bytes] = field(default_factory=dict)  # cookie -> former name

    def touches(self) -> list[Touch]:
        return [
            Touch(
                path,
                self.at_ns,
                kinds,
                0,
                None,
                path in self.folders,
                self.came_from.get(path),
                self.since_ns,
            )
            for path, kinds in self.kinds.items()
        ]


class InotifyWatcher:
    """One instance with a watch on every folder of the places."""

    def __init__(self, wall_ns: Callable[[], int], hidden: Hidden) -> None:
        """Raises OSError where this user has too many instances."""
        self._wall_ns = wall_ns
        self._emptied_ns = wall_ns()  # nothing waited then
        self._hidden = hidden
        self._instance = kernel.inotify()
        self._watches: dict[int, _Watched] = {}
        self._overflowed = False
        self._missed: dict[bytes, str] = {}  # folders without a watch, and why
        self._full = False
        self.stale = False  # something came or went on the way to a place: `watch` again

    def watch(self, places: Sequence[Place]) -> None:
        """Hear of these places from now on, and of no others."""
        for number in self._watches:
            kernel.remove_inotify(self._instance, number)
        self._watches, self._missed, self._full, self.stale = {}, {}, False, False
        for place in places:
            self._watch_above(place)
            if place.identity is not None and not place.is_link:
                self._watch_below(place, place.real or b"/")

    @property
    def folders(self) -> int:
        return len(self._watches)

    @property
    def complete(self) -> bool:
        """Whether every folder is heard; else only a look finds what happens in the others."""
        return not self._full and not self._missed

    def fileno(self) -> int:
        return self._instance

    @property
    def overflowed(self) -> bool:
        found, self._overflowed = self._overflowed, False
        return found

    def limits(self) -> tuple[Limit, ...]:
        found = [Limit(N_("Without fanotify nobody can say who changed a file."))]
        if self._full:
            most = int((SETTINGS / "max_user_watches").read_text())
            found.append(
                Limit(
                    N_(
                        "This host allows {most} watched folders to a user; {folders} folders are"
                        " watched, the others are looked at every few minutes."
                    ),
                    {"most": most, "folders": self.folders},
                    N_("Raise fs.inotify.max_user_watches with sysctl, or run the agent as root."),
                )
            )
        return tuple(found)

    def nothing_before(self, at_ns: int) -> None:
        """Whoever waited for us says that nothing waited until then."""
        self._emptied_ns = max(self._emptied_ns, at_ns)

    def nothing_known(self) -> None:
        """The clock was set: until this is read empty, nobody knows since when anything waits."""
        self._emptied_ns = UNKNOWN_NS

    def read(self) -> list[Touch]:
        at_ns = self._wall_ns()
        batch = _Batch(at_ns, waited_since(self._emptied_ns, at_ns))
        for _ in range(_MOST_READS):
            try:
                buffer = os.read(self._instance, _BUFFER)
            except BlockingIOError:
                self._emptied_ns = at_ns
                break
            for number, mask, cookie, name in _read_events(buffer):
                self._take(number, mask, (cookie, name), batch)
        return batch.touches()

    def close(self) -> None:
        os.close(self._instance)

    def _take(self, number: int, mask: int, named: tuple[int, bytes], batch: _Batch) -> None:
        if mask & kernel.QUEUE_OVERFLOW:
            self._overflowed = True
            return
        folder = self._watches.get(number)
        if folder is None:
            return
        if mask & kernel.INOTIFY_IGNORED:  # the folder is gone
            del self._watches[number]
            return
        cookie, name = named
        if folder.only:
            if name == folder.only:
                self.stale = self.stale or bool(mask & (_COMES | _GOES))
                self._hear(folder.place.watched or b"/", mask | kernel.INOTIFY_ISDIR, batch)
            return
        real = folder.real.rstrip(b"/") + b"/" + name if name else folder.real
        path = folder.place.configured(real)
        if path is None:
            return
        self._follow(folder, real, mask)
        if mask & kernel.MOVED_FROM:
            batch.moving[cookie] = path
        elif mask & kernel.MOVED_TO and cookie in batch.moving:
            batch.came_from[path] = batch.moving[cookie]
        self._hear(path or b"/", mask, batch)

    def _hear(self, path: bytes, mask: int, batch: _Batch) -> None:
        kinds = batch.kinds.pop(path, Kinds(0))
        for bit, kind in _KINDS.items():
            if mask & bit:
                kinds |= kind
        batch.kinds[path] = kinds
        if mask & kernel.INOTIFY_ISDIR:
            batch.folders.add(path)

    def _follow(self, folder: _Watched, real: bytes, mask: int) -> None:
        """A folder that goes takes its watches along; one that comes gets them."""
        if not mask & kernel.INOTIFY_ISDIR:
            return
        if mask & _GOES:
            inside = real + b"/"
            gone = [
                number
                for number, each in self._watches.items()
                if not each.only and (each.real == real or each.real.startswith(inside))
            ]
            for number in gone:
                kernel.remove_inotify(self._instance, number)
                del self._watches[number]
        if mask & _COMES:
            self._watch_below(folder.place, real)

    def _watch_above(self, place: Place) -> None:
        """Hear when the place itself, or a folder on the way to it, comes, goes or is changed."""
        if not place.real:
            return
        there = place.anchor == place.real
        parent = place.real.rpartition(b"/")[0] or b"/" if there else place.anchor
        name = place.real[len(parent.rstrip(b"/")) + 1 :].partition(b"/")[0]
        number = self._add(parent)
        if number is not None and number not in self._watches:
            self._watches[number] = _Watched(parent, place, name)

    def _watch_below(self, place: Place, top: bytes) -> None:
        """Each folder gets its watch before it is listed; other filesystems are not entered."""
        device = place.identity[0] if place.identity else None
        waiting = [top]
        while waiting:
            path = waiting.pop()
            configured = place.configured(path) or b""
            if path != place.real and configured and self._hidden(configured):
                continue
            number = self._add(path)
            if number is None:
                continue
            self._watches[number] = _Watched(path, place)
            waiting += _folders_in(path, device)

    def _add(self, path: bytes) -> int | None:
        try:
            return kernel.add_inotify(self._instance, path, _MASK)
        except (FileNotFoundError, NotADirectoryError):  # gone meanwhile, or a file
            return None
        except OSError as error:
            if error.errno == errno.ENOSPC:  # so many watches and no more
                self._full = True
            else:
                self._missed[path] = error.strerror or "OSError"
        return None


def _folders_in(path: bytes, device: int | None) -> Iterator[bytes]:
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False) and (
                    device is None or entry.stat(follow_symlinks=False).st_dev == device
                ):
                    yield entry.path
    except OSError:  # gone meanwhile, or not to be listed: the look at it says so
        return


def _read_events(buffer: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    position = 0
    while position < len(buffer):
        number, mask, cookie, length = _EVENT.unpack_from(buffer, position)
        position += _EVENT.size + length
        yield number, mask, cookie, buffer[position - length : position].rstrip(b"\0")
