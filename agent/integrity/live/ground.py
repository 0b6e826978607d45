"""The watched paths on the ground: where they are, how they are heard, until when that held."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from agent.files.asking import Asking
from agent.files.filesystems import Mount
from agent.files.journal import Transition
from agent.files.names import shown
from agent.integrity.live.alive import UNKNOWN_NS, Away, Mark, Root
from agent.integrity.live.attribute import moment
from agent.integrity.live.gaps import GapReason, WatchGap
from agent.integrity.live.limit import LOOK_THERE, NOBODY_ANSWERS, Limit
from agent.integrity.live.looks import Looks
from agent.integrity.live.parts import Parts
from agent.integrity.live.places import Place, find_place, silent_place
from agent.integrity.live.roots import Roots
from agent.integrity.live.ways import INOTIFY, LOOKS, OFF
from wire.text import N_

_S = 1_000_000_000


@dataclass(slots=True)
class News:
    """What a look at the places has shown."""

    roots: frozenset[bytes] = frozenset()  # to be looked at as a whole
    gaps: tuple[WatchGap, ...] = ()


@dataclass(slots=True)
class Ground:
    """Guards the places, and since when each is heard without a break."""

    parts: Parts
    roots: Roots
    held: dict[bytes, int] = field(default_factory=dict)  # while a look is owed
    asking: Asking = field(default_factory=Asking)
    _places: tuple[Place, ...] = ()
    _heard_from_ns: dict[bytes, int] = field(default_factory=dict)
    _looked_ns: int = 0
    _looks: Looks = field(default_factory=Looks)

    def begin(self, before: Mark | None, gone: Away | None) -> News:
        """Hear from now on. Whatever happened before now is found by a look at everything."""
        self._find()
        self.parts.ways.watch(self._answering)
        now_ns = self.parts.moments.wall_ns()
        self._heard_from_ns = dict.fromkeys(self._paths, now_ns)
        self._looked_ns = now_ns
        self._looks.begin(self._paths, self.parts.clock.monotonic())
        known = {root.path: root for root in before.roots} if before else {}
        gaps = []
        for root in self.roots.all:
            if gone is None or root.path not in known:
                continue
            self.held[root.path] = _held(known[root.path], gone)
            since = moment(self.held[root.path] or gone.since_ns)
            gaps.append(WatchGap(root.watched, GapReason(gone.why), since, moment(gone.until_ns)))
        return News(frozenset(place.watched for place in self._answering), tuple(gaps))

    def check(self) -> News:
        """Look where the places are now; hear those anew that are elsewhere."""
        before, since_ns = self._places, self._looked_ns
        self._looked_ns = self.parts.moments.wall_ns()
        stale = self.parts.ways.stale
        if not self._find() and not stale:
            return News()
        self.parts.ways.watch(self._answering)
        both = [(old, new) for old, new in zip(before, self._places, strict=True) if not new.silent]
        moved = [
            new
            for old, new in both
            if _elsewhere(old, new) or self.parts.ways.way_of(new.watched) == INOTIFY
        ]
        replaced = [new.watched for old, new in both if not old.silent and _elsewhere(old, new)]
        lost = self.silent - {place.watched for place in before if place.silent}
        gaps = (
            *self.interrupted(replaced, GapReason.REPLACED, since_ns),
            *self.interrupted(lost, GapReason.SILENT, since_ns),
        )
        return News(frozenset(place.watched for place in moved), gaps)

    def interrupted(
        self, paths: Iterable[bytes], reason: GapReason, since_ns: int
    ) -> tuple[WatchGap, ...]:
        """Hints about these were lost since then."""
        now_ns = self.parts.moments.wall_ns()
        lost = frozenset(paths)
        for path in lost:
            self.held.setdefault(path, since_ns)
            self._heard_from_ns[path] = now_ns
        return tuple(
            WatchGap(root.watched, reason, moment(min(since_ns, now_ns)), moment(now_ns))
            for root in self.roots.all
            if root.path in lost
        )

    def forgotten(self, oldest: Transition) -> tuple[WatchGap, ...]:
        """What changed before this was more than is kept; of which paths, nobody knows."""
        since, at = moment(oldest.since_at_ns), moment(oldest.seen_at_ns)
        return tuple(
            WatchGap(root.watched, GapReason.FORGOTTEN, min(since, at), at)
            for root in self.roots.all
        )

    def looked(self, paths: Iterable[bytes], took_s: float) -> None:
        """These were looked at as a whole."""
        now_s, begun_ns = self.parts.clock.monotonic(), self.parts.moments.wall_ns()
        begun_ns -= int(took_s * _S)
        for path in paths:
            self.held.pop(path, None)
            self._looks.ended(path, now_s, took_s, begun_ns)

    def partly_heard(self, now_s: float) -> frozenset[bytes]:
        """Places of which only a look finds everything, when the next one is due."""
        partly = [place.watched for place in self._answering if self._heard_in_part(place)]
        return self._looks.due(partly, now_s)

    def clock_set(self, by_ns: int) -> None:
        """What is remembered of moments is put into the present clock's terms."""
        self._looked_ns += by_ns
        self._heard_from_ns = {path: at + by_ns for path, at in self._heard_from_ns.items()}
        for path, at_ns in self.held.items():
            self.held[path] = at_ns if at_ns == UNKNOWN_NS else max(1, at_ns + by_ns)
        self._looks.clock_set(by_ns)

    def marked(self, owed: frozenset[bytes]) -> tuple[Root, ...]:
        """The roots for the mark. What is owed a look is held only until it was interrupted."""
        now_ns = self.parts.moments.wall_ns()
        return tuple(
            Root(
                path=place.watched,
                way=self._way(place),
                there=place.identity is not None,
                heard_from_ns=self._heard_from_ns.get(place.watched, now_ns),
                held_ns=self._held_until(place, owed, now_ns),
                every_s=int(self._looks.every_s(place.watched)),
                answers=not place.silent,
            )
            for place in self._places
        )

    def limits(self) -> tuple[Limit, ...]:
        who = self.parts.who_limits()
        return (
            *(limit for place in self._places for limit in _limits_of(place)),
            *self.parts.ways.limits(),
            *((Limit(who),) if who else ()),
            *self.parts.client_limits(),
        )

    @property
    def _paths(self) -> tuple[bytes, ...]:
        return tuple(root.path for root in self.roots.all)

    @property
    def silent(self) -> frozenset[bytes]:
        """The watched paths at which nobody answers: whoever looks there may wait for ever."""
        return frozenset(place.watched for place in self._places if place.silent)

    @property
    def _answering(self) -> tuple[Place, ...]:
        return tuple(place for place in self._places if not place.silent)

    def _find(self) -> bool:
        """Whether anything is elsewhere than it was."""
        mounts = self.parts.mounts()
        found = tuple(self._place_of(path, mounts) for path in self._paths)
        changed = found != self._places
        self._places = found
        return changed

    def _place_of(self, path: bytes, mounts: tuple[Mount, ...]) -> Place:
        try:
            found = self.asking.ask(path, partial(find_place, path, mounts))
        except OSError:  # the connection to whoever serves it is gone
            found = None
        return found or silent_place(path, mounts)

    def _held_until(self, place: Place, owed: frozenset[bytes], now_ns: int) -> int:
        if place.watched in self.held:
            return self.held[place.watched]
        if self._heard_in_part(place):
            return self._looks.held_ns(place.watched)
        return UNKNOWN_NS if place.watched in owed else now_ns

    def _heard_in_part(self, place: Place) -> bool:
        return place.mount.is_network or self.parts.ways.heard_in_part(place.watched)

    def _way(self, place: Place) -> str:
        """Never more than is so: what is heard in part is as good as its looks."""
        if place.silent:
            return OFF
        if not self._heard_in_part(place):
            return self.parts.ways.way_of(place.watched)
        kept_up = self._looks.kept_up(place.watched, self.parts.clock.monotonic())
        return LOOKS if kept_up else OFF


def _held(root: Root, gone: Away) -> int:
    """Until when a root was watched, in the present clock's terms."""
    if UNKNOWN_NS in (root.held_ns, gone.since_ns):
        return UNKNOWN_NS
    return min(root.held_ns, gone.since_ns)


def _elsewhere(old: Place, new: Place) -> bool:
    """Whether another filesystem shows there than before: what happened in between is unheard."""
    return old.device != new.device or old.mounts[1:] != new.mounts[1:]


def _limits_of(place: Place) -> tuple[Limit, ...]:
    path: dict[str, str | int] = {"path": shown(place.watched or b"/")}
    if place.silent:
        return (Limit(NOBODY_ANSWERS, path, LOOK_THERE),)
    if place.identity is None:
        return (
            Limit(
                N_("There is nothing at {path}; it is watched as soon as there is."),
                path,
                N_("Create it, mount it, or take it out of `integrity:` in agent.yaml."),
            ),
        )
    if place.is_link:
        return (
            Limit(
                N_("{path} is a symbolic link; what it points to is not watched."),
                path,
                N_("Name the folder itself under `integrity:` in agent.yaml."),
            ),
        )
    return ()
