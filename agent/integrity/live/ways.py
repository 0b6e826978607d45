"""The best way of watching each place: a whole filesystem, else folder by folder, else looks."""

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from agent.files.names import shown
from agent.integrity.live.fanotify import FanotifyWatcher, Identify
from agent.integrity.live.inotify import Hidden, InotifyWatcher
from agent.integrity.live.limit import Limit
from agent.integrity.live.places import Place
from agent.integrity.live.touch import Touch, Watcher
from wire.text import N_

FANOTIFY, INOTIFY = "fanotify", "inotify"
LOOKS = "looks"  # only looked at, again and again: not all that happens there is heard
OFF = "off"  # not even that: a look was missed, or nobody watches
WEAKEST_FIRST = (OFF, LOOKS, INOTIFY, FANOTIFY)
_NO_RIGHT = (errno.EPERM, errno.EACCES)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What hearing needs from outside."""

    identify: Identify  # who a process is
    wall_ns: Callable[[], int]  # UTC
    ours: Callable[[bytes, int], bool]  # whether a touch is our own work on our own state
    hidden: Hidden  # whether a path is ignored


@dataclass(slots=True)
class Ways:
    """Guards the kernel's groups."""

    hearing: Hearing
    with_fanotify: bool = True  # False: as on a kernel that has none
    _fanotify: FanotifyWatcher | None = None
    _inotify: InotifyWatcher | None = None
    _way_of: dict[bytes, str] = field(default_factory=dict)
    _limits: list[Limit] = field(default_factory=list)

    def watch(self, places: Sequence[Place]) -> None:
        """Hear of these places from now on, each in the best way that works there."""
        self._limits = [_remote(place) for place in places if place.mount.is_network]
        left = self._by_fanotify(places)
        self._by_inotify([place for place in places if place.watched in left])

    def way_of(self, watched: bytes) -> str:
        """fanotify, inotify or off."""
        return self._way_of.get(watched, OFF)

    def heard_in_part(self, watched: bytes) -> bool:
        """Whether only a look finds some of what happens there."""
        way = self.way_of(watched)
        return way == OFF or (way == INOTIFY and not (self._inotify and self._inotify.complete))

    @property
    def stale(self) -> bool:
        """Whether `watch` must be called again for what came or went."""
        return self._inotify is not None and self._inotify.stale

    def filenos(self) -> tuple[int, ...]:
        return tuple(each.fileno() for each in self._watchers)

    def nothing_before(self, at_ns: int) -> None:
        """Nothing waited to be read until then: it happened in a shorter time."""
        for each in self._watchers:
            each.nothing_before(at_ns)

    def nothing_known(self) -> None:
        """The clock was set: since when something waits cannot be said by it."""
        for each in self._watchers:
            each.nothing_known()

    def read(self) -> list[Touch]:
        """Everything that waits."""
        touches = self._fanotify.read() if self._fanotify else []
        return touches + self._inotify.read() if self._inotify else touches

    def overflowed(self) -> frozenset[bytes]:
        """The watched paths of which hints were lost since this was asked last."""
        lost = {
            way
            for way, watcher in ((FANOTIFY, self._fanotify), (INOTIFY, self._inotify))
            if watcher and watcher.overflowed
        }
        return frozenset(path for path, way in self._way_of.items() if way in lost)

    def limits(self) -> tuple[Limit, ...]:
        used = [each.limits() for each in self._watchers]
        return (*self._limits, *(limit for limits in used for limit in limits))

    def close(self) -> None:
        for each in self._watchers:
            each.close()
        self._fanotify = self._inotify = None

    @property
    def _watchers(self) -> tuple[Watcher, ...]:
        """Those that are in use."""
        return tuple(each for each in (self._fanotify, self._inotify) if each is not None)

    def _by_fanotify(self, places: Sequence[Place]) -> frozenset[bytes]:
        """Returns the watched paths that must be heard in another way."""
        everything = frozenset(place.watched for place in places)
        self._way_of = dict.fromkeys(everything, FANOTIFY)
        if not self.with_fanotify or not places:
            return everything
        if self._fanotify is None:
            try:
                hearing = self.hearing
                self._fanotify = FanotifyWatcher(hearing.identify, hearing.wall_ns, hearing.ours)
            except OSError as error:
                self._limits.append(_without_fanotify(error))
                return everything
        refused = self._fanotify.watch(places)
        if len(refused) == len(everything):
            self._fanotify.close()
            self._fanotify = None
            self._limits.append(_without_fanotify(next(iter(refused.values()))))
        return frozenset(refused)

    def _by_inotify(self, places: Sequence[Place]) -> None:
        self._way_of.update((place.watched, OFF) for place in places)
        if not places:
            if self._inotify is not None:
                self._inotify.close()
            self._inotify = None
            return
        if self._inotify is None:
            with suppress(OSError):  # said below: these places are only looked at
                self._inotify = InotifyWatcher(self.hearing.wall_ns, self.hearing.hidden)
        if self._inotify is None:
            self._limits += [_not_heard(place) for place in places]
            return
        self._inotify.watch(places)
        self._way_of.update((place.watched, INOTIFY) for place in places)


def _remote(place: Place) -> Limit:
    return Limit(
        N_(
            "{path} lies on another host ({kind}): what others write there is not seen while it"
            " happens, the next look finds it."
        ),
        {"path": shown(place.watched or b"/"), "kind": place.mount.filesystem},
        N_("Run an agent on the host that holds these files."),
    )


def _not_heard(place: Place) -> Limit:
    return Limit(
        N_("{path} cannot be watched live; looks every few minutes find what changed."),
        {"path": shown(place.watched or b"/")},
        N_("Run the agent as root; raise fs.inotify.max_user_instances with sysctl."),
    )


def _without_fanotify(error: OSError) -> Limit:
    reason = error.strerror or os.strerror(error.errno or 0)
    if error.errno in _NO_RIGHT:
        message = N_("Whole filesystems cannot be watched: {reason}. Each folder is watched.")
        remedy = N_("Run the agent as root, with CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH.")
        return Limit(message, {"reason": reason}, remedy)
    return Limit(
        N_("This kernel or filesystem has no fanotify: {reason}. Each folder is watched."),
        {"reason": reason},
        N_("Linux 5.9 or newer has it, on ext4, XFS, Btrfs and tmpfs."),
    )
