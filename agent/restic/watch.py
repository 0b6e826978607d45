"""Watches one running restic: its pulse, the link, and the locks that come while it lives."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from agent.clock import Clock
from agent.restic import proc, transport
from agent.restic.answering import Listener
from agent.restic.children import Record
from agent.restic.lock_objects import LockObjects
from agent.restic.process import GivenUp
from agent.restic.pulse import Finding, Limits, Pulse
from agent.restic.talking import LONGEST_S

_TICK_S = 0.25
_ANSWER_WITHIN_S = 3.0
_RENEWED_EVERY_S = 0.5
_LOCKS_NEAR_EVERY_S = 0.5
_LOCKS_FAR_FIRST_S = 5.0  # short runs are not worth a connection of its own
_LOCKS_ALONE_FIRST_S = 1.0  # who is alone keeps everybody else out
_LOCKS_FAR_EVERY_S = 60.0  # restic renews them every 300 s under a new id
LOST = re.compile(
    r"Timeout, server .* not responding|closed by remote host|Connection reset"
    r"|client_loop|Broken pipe|Connection to .* timed out"
)
OnFinding = Callable[[GivenUp], None]


@dataclass(slots=True)
class Folder:
    """The locks of one repository as this watch has seen them."""

    objects: LockObjects
    near: bool
    before: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    due_s: float = 0.0

    def look(self, longest_s: float = LONGEST_S) -> None:
        with contextlib.suppress(OSError, ValueError):  # what was not seen proves nothing
            self.seen |= frozenset(self.objects.sizes(longest_s)) - self.before


@dataclass(slots=True)
class Watched:
    """What is watched, and how it is told."""

    record: Record | None  # None: it takes no lock and stores nothing
    clock: Clock
    places: tuple[transport.Place, ...]
    listeners: Sequence[Listener]
    folders: Sequence[Folder]
    on_finding: OnFinding
    limits: Limits = field(default_factory=Limits)
    enough: Callable[[], bool] = lambda: False  # what was wanted of it is done; it was ended


def folder_of(objects: LockObjects, *, near: bool, alone: bool) -> Folder:
    """What lies there before a child is started is not its own; far away nobody asks that."""
    far_s = _LOCKS_ALONE_FIRST_S if alone else _LOCKS_FAR_FIRST_S
    folder = Folder(objects, near, due_s=0.0 if near else far_s)
    if near:
        with contextlib.suppress(OSError):
            folder.before = frozenset(objects.sizes())
    return folder


@contextlib.contextmanager
def watching(pid: int, watched: Watched) -> Iterator[None]:
    """While the block runs, look four times a second; the first finding is the last."""
    ended = threading.Event()
    watch = _Watch(pid, watched)
    thread = threading.Thread(target=watch.run, args=(ended,), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        watch.last_look()


class _Watch:
    def __init__(self, pid: int, watched: Watched) -> None:
        self._pid = pid
        self._watched = watched
        self._begun_s = watched.clock.monotonic()
        self._pulse = Pulse(watched.limits, self._begun_s, can_ask=bool(watched.listeners))
        self._renewed_s = self._begun_s
        self._moved = 0

    def run(self, ended: threading.Event) -> None:
        while not ended.wait(_TICK_S):
            if self._found() or self._watched.enough():
                return

    def last_look(self) -> None:
        for folder in self._watched.folders:
            if folder.near:
                folder.look()
        self._renew(last=True)

    def _found(self) -> bool:
        now_s = self._watched.clock.monotonic()
        sample = proc.sample(self._pid, now_s)
        self._moved = max(self._moved, sample.moved_bytes)
        self._pulse.take(sample)
        self._look_at_locks(now_s - self._begun_s)
        if self._pulse.wants_answer and self._answers():
            self._pulse.answered(self._watched.clock.monotonic())
        return self._tell()

    def _answers(self) -> bool:
        """Of two sites the one that is silent decides."""
        return all(one.answers(_ANSWER_WITHIN_S) for one in self._watched.listeners)

    def _tell(self) -> bool:
        words = LOST.search(transport.words_since(self._watched.places))
        if words:
            self._watched.on_finding(GivenUp(words[0], was_there=True))
            return True
        found = self._pulse.finding()
        if found is None:
            return False
        finding, seconds = found
        says = finding.value.format(seconds=seconds)
        at_fault = finding is not Finding.STOPPED
        self._watched.on_finding(GivenUp(says, at_fault, at_fault and self._pulse.ever_lived))
        return True

    def _look_at_locks(self, lived_s: float) -> None:
        looked = [one for one in self._watched.folders if lived_s >= one.due_s]
        for folder in looked:
            if folder.near:
                folder.due_s = lived_s + _LOCKS_NEAR_EVERY_S
                folder.look()
            else:
                folder.due_s = lived_s + _LOCKS_FAR_EVERY_S
                threading.Thread(target=folder.look, name="locks", daemon=True).start()
        if looked or lived_s - (self._renewed_s - self._begun_s) >= _RENEWED_EVERY_S:
            self._renew()

    def _renew(self, *, last: bool = False) -> None:
        """Only when it says something new: this is a file on disk."""
        record = self._watched.record
        if record is None:
            return
        now_s = self._watched.clock.monotonic()
        locks = frozenset[str]().union(*(one.seen for one in self._watched.folders))
        is_old = last or now_s - self._renewed_s >= _RENEWED_EVERY_S
        if locks != frozenset(record.started.locks) or is_old:
            self._renewed_s = now_s
            record.renew(now_s - self._begun_s, self._moved, locks)
