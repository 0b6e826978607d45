"""What becomes of changes that were seen: explained, judged, stored, told; each part passed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from agent.clock import Clock
from agent.files.names import path_bytes
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.events.store import EventStore
from agent.integrity.live.gaps import WatchGap
from agent.integrity.noise.explained import Explained
from agent.integrity.seen import Seen

LOOKED = "looked"  # explains a gap: everything was looked at since
Explain = Callable[[Sequence[Seen], datetime], Explained]
_ASK_AGAIN_S = 1.0
_LONGEST_WAIT_S = 60.0  # whatever a clock says
_ANSWERS_S = 0.1  # until what was asked for too much at once is read


class Watchman(Protocol):
    """Judges the stream of changes, and acts on what it finds."""

    @property
    def judged_number(self) -> int:
        """The newest transition that a restart need not judge again."""

    def take(self, seen: Sequence[Seen], number: int) -> None: ...

    def clock_set(self, by_ns: int) -> None: ...

    def tick(self) -> None: ...


class Teller(Protocol):
    """Says what is stored to whoever must know."""

    def due_s(self) -> float | None:
        """In how many seconds there is something to say; None: there is nothing."""

    def stored(self, events: Sequence[Event]) -> None: ...

    def tell(self) -> None: ...


@dataclass(slots=True)
class Keeper:
    """Guards what waits for an explanation."""

    store: EventStore
    explain: Explain
    watchman: Watchman
    teller: Teller
    clock: Clock
    waiting: tuple[Seen, ...] = ()
    _ask_at_s: float | None = field(default=0.0)  # what waited when the one before ended: at once

    @property
    def journal_number(self) -> int:
        return self.store.journal_number

    @property
    def judged_number(self) -> int:
        """The journal is needed from here on: what is stored may still have to be judged."""
        return min(self.watchman.judged_number, self.journal_number)

    def take(self, seen: Sequence[Seen], journal_number: int) -> None:
        """In one transaction: what is explained or not to be, what waits on, how far we are."""
        explained = self.explain((*self.waiting, *seen), self.clock.now())
        self._keep(explained, journal_number)
        self.watchman.take(seen, journal_number)

    def judge(self, seen: Sequence[Seen], journal_number: int) -> None:
        """These are stored already, by one that died before it had judged them."""
        self.watchman.take(seen, journal_number)

    def clock_set(self, by_ns: int) -> None:
        """What waits is explained at once: until when it was to wait means nothing any more."""
        if self._ask_at_s is not None:
            self._ask_at_s = self.clock.monotonic()
        self.watchman.clock_set(by_ns)

    def gap(self, gap: WatchGap) -> None:
        event = Event(
            number=0,
            at=gap.at,
            since=gap.since,
            watched=path_bytes(gap.watched.path),
            kind=EventKind.GAP,
            path=path_bytes(gap.watched.path),
            explained_by=LOOKED if gap.closed else "",
            explanation=gap.reason.value,
        )
        self.teller.stored(self.store.append((Entry(event),)))

    def tick(self) -> float | None:
        """Explain what waits, tell what is stored."""
        if self._ask_at_s is not None and self.clock.monotonic() >= self._ask_at_s:
            self._keep(self.explain(self.waiting, self.clock.now()), None)
        self.watchman.tick()
        due_s = self.teller.due_s()
        if due_s is not None and due_s <= 0:
            self.teller.tell()
            due_s = self.teller.due_s()
        asked_s = None if self._ask_at_s is None else self._ask_at_s - self.clock.monotonic()
        waits = [max(0.0, wait_s) for wait_s in (due_s, asked_s) if wait_s is not None]
        return min(waits, default=None)

    def _keep(self, explained: Explained, journal_number: int | None) -> None:
        changed = explained.still_waiting != self.waiting
        events: tuple[Event, ...] = ()
        if explained.events or changed or journal_number is not None:
            waiting = explained.still_waiting if changed else None
            events = self.store.append(explained.events, journal_number, waiting)
        self.waiting = explained.still_waiting
        self._ask_at_s = self._when(explained)
        if events:
            self.teller.stored(events)

    def _when(self, explained: Explained) -> float | None:
        if not explained.still_waiting:
            return None
        wait_s = _ASK_AGAIN_S
        if explained.questions:
            wait_s = _ANSWERS_S
        elif explained.ask_again_at is not None:
            wait_s = (explained.ask_again_at - self.clock.now()).total_seconds()
            wait_s = min(max(0.0, wait_s), _LONGEST_WAIT_S)
        return self.clock.monotonic() + wait_s
