"""The live watching: hear, let it settle, look, find who it was, hand it over; again and again.

Nothing is lost on the way: what was touched waits until it was looked at; what a look has found
stands in the ledger's journal until it is stored; what nobody heard is a gap, and a look at
everything closes it.
"""

import os
import select
from collections.abc import Callable
from contextlib import suppress

from agent.files.errors import LedgerWriteError
from agent.files.journal import follows
from agent.integrity.live.alive import Mark, away
from agent.integrity.live.attribute import Touches
from agent.integrity.live.changes import seen_of
from agent.integrity.live.clock_set import ClockSet
from agent.integrity.live.gaps import GapReason, WatchGap
from agent.integrity.live.ground import Ground, News
from agent.integrity.live.judging_again import judge_again
from agent.integrity.live.limit import limit_of
from agent.integrity.live.looking import Looking
from agent.integrity.live.parts import Parts
from agent.integrity.live.rescans import Finished, Rescans
from agent.integrity.live.roots import roots_of
from wire.errors import LachanError

_IDLE_S = 1.0  # then the journal is asked what others have seen
_TOGETHER_S, _MOST_TOGETHER_S = 0.01, 0.05  # hints that come together are read together
_WAITED_S = 0.002  # shorter: something may have been there already
_HELD_UP_S = 0.1  # beyond what we wanted to wait
_LATE_NS = 20_000_000  # how long a busy machine may have let us sleep on
_PAGE = 5_000  # transitions handed over at once
_PLACES_EVERY_S, _MARK_EVERY_S, _FORGET_EVERY_S = 2.0, 5.0, 5.0
_FIRST_RETRY_S, _LAST_RETRY_S = 1.0, 30.0
_MS = 1000


class Live:
    """One watching process's state."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._roots = roots_of(parts.watched)
        self._touches = Touches()
        self._ground = Ground(parts, self._roots)
        self._rescans = Rescans(parts.rescan)
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._looking = Looking(parts, self._roots, self._touches, self.wake)
        self._poll = select.poll()
        self._clock_set = ClockSet(parts.moments)
        self._begun_ns = parts.moments.wall_ns()
        self._heard_ns = self._begun_ns  # nothing was lost until then
        self._next = dict.fromkeys(("places", "mark", "forget", "tell", "tick", "journal"), 0.0)
        self._retry_s = _FIRST_RETRY_S
        self._together_s = _TOGETHER_S
        self._trouble: LachanError | None = None
        self._forgotten = 0
        self._all_judged = False  # that was stored before we began
        self._overflows = 0
        self._opened: list[WatchGap] = []  # not stored yet
        self._whole: list[Finished] = []  # looks at everything whose changes are not stored yet
        self._closed: list[WatchGap] = []  # nor these: they follow what they were closed with

    def wake(self) -> None:
        """Something is to be done at once; may be called from anywhere."""
        with suppress(OSError):  # it is awake, or has ended
            os.write(self._wake_write, b"!")

    def begin(self) -> None:
        """Hear from now on, and want a look at everything: it finds what happened before."""
        parts = self._parts
        before = parts.marks.read()
        parts.ledger.watch([watched.path for watched in parts.watched])
        news = self._ground.begin(before, away(before, parts.moments) if before else None)
        self._take_news(news)
        self._watch_descriptors()
        self._mark()
        parts.reporter.ready(self._ground.limits())

    def run(self, ended: Callable[[], bool]) -> None:
        """Watch until somebody says that it is enough."""
        while not ended():
            self._wait()
            self.step()

    def step(self) -> None:
        """One round."""
        now_s = self._parts.clock.monotonic()
        self._mind_the_clock()
        with suppress(BlockingIOError):
            os.read(self._wake_read, 1 << 10)
        self._hear(now_s)
        try:
            self._look(now_s)
            self._hand_over(now_s)
        except LachanError as error:
            self._fail(error, now_s)
        self._keep_up(now_s)

    def end(self) -> None:
        """Look at what still settles, hand over what is known, leave a last mark."""
        now_s = self._parts.clock.monotonic()
        self._hear(now_s)
        self._rescans.stop()
        self._next["tell"] = self._next["tick"] = 0.0
        try:
            self._looking.everything()
            self._hand_over(now_s)
        except LachanError as error:
            self._fail(error, now_s)
        self._mark(orderly=True)
        self._parts.ways.close()
        os.close(self._wake_read)
        number, self._wake_write = self._wake_write, -1  # a late thread must not wake another file
        os.close(number)

    def _mind_the_clock(self) -> None:
        """What is remembered of moments is put into the terms of a clock that was set."""
        by_ns = self._clock_set.by_ns()
        if by_ns:
            self._begun_ns += by_ns
            self._heard_ns += by_ns
            self._ground.clock_set(by_ns)
            self._parts.ways.nothing_known()
            self._parts.keeper.clock_set(by_ns)
            self._parts.reporter.clock_set(by_ns)
            self._next["mark"] = 0.0

    def _wait(self) -> None:
        """Until something is heard or due. What woke us has just happened."""
        begun_s, wait_ms = self._parts.clock.monotonic(), self._wait_ms()
        if not self._poll.poll(wait_ms):
            return
        waited_s = self._parts.clock.monotonic() - begun_s
        if _WAITED_S < waited_s <= wait_ms / _MS + _HELD_UP_S:  # else somebody held us up
            self._parts.ways.nothing_before(self._parts.moments.wall_ns() - _LATE_NS)
        self._parts.clock.sleep(self._together_s)

    def _hear(self, now_s: float) -> None:
        """While only what nobody watches speaks, we listen less often."""
        heard_ns = self._parts.moments.wall_ns()
        self._together_s = min(_MOST_TOGETHER_S, self._together_s * 2)
        for touch in self._parts.ways.read():
            if not self._roots.hidden(touch.path):
                self._together_s = _TOGETHER_S
                self._touches.remember(touch, now_s)
                self._looking.touched(touch, now_s)
        lost = self._parts.ways.overflowed()
        if lost:
            self._overflows += 1
            gaps = self._ground.interrupted(lost, GapReason.OVERFLOW, self._heard_ns)
            self._take_news(News(lost, gaps))
        self._heard_ns = heard_ns
        if self._parts.ways.stale:
            self._next["places"] = 0.0

    def _look(self, now_s: float) -> None:
        may = self._trouble is None or now_s >= self._next["tell"]
        if may and self._looking.step(now_s):
            self._next["journal"] = 0.0
            self._hear(now_s)  # who did what the look has found, after we heard last

    def _hand_over(self, now_s: float) -> None:
        """Everything that the journal holds, then the gaps that it closes."""
        if now_s < self._next["tell"]:
            return
        if not self._all_judged:
            judge_again(self._parts, self._roots)
            self._all_judged = True
        self._store_gaps(self._opened)
        if now_s >= self._next["journal"] and not self._looking.holds_back(now_s):
            if self._hand_over_page():
                self.wake()
            else:
                self._next["journal"] = now_s + _IDLE_S
                self._touches.told()
                self._store_gaps(self._closed)
                while self._whole:
                    finished = self._whole.pop()
                    self._ground.looked(finished.roots, finished.took_s)
        if now_s >= self._next["tick"]:
            wait_s = self._parts.keeper.tick()
            self._next["tick"] = now_s + (_IDLE_S if wait_s is None else min(wait_s, _IDLE_S))
        if self._trouble is not None:
            self._trouble, self._retry_s = None, _FIRST_RETRY_S
            self._parts.reporter.mended()

    def _store_gaps(self, gaps: list[WatchGap]) -> None:
        while gaps:
            self._parts.keeper.gap(gaps[0])
            del gaps[0]

    def _hand_over_page(self) -> bool:
        """Whether there may be more."""
        keeper, ledger = self._parts.keeper, self._parts.ledger
        found = ledger.transitions(keeper.journal_number, _PAGE)
        if not found:
            return False
        self._looking.found(found)
        lost = not follows(found[0].number, keeper.journal_number)
        seen = seen_of(found, self._touches, self._roots, self._ground.held)
        keeper.take(self._parts.named(seen), found[-1].number)
        if lost:
            self._opened += self._ground.forgotten(found[0])
        self._touches.release(one.after.path for one in found if one.after is not None)
        self._next["tick"] = 0.0
        return len(found) == _PAGE

    def _fail(self, error: LachanError, now_s: float) -> None:
        """It stays in the journal, or waits for its look; a person is told once."""
        if self._trouble is None:
            self._parts.reporter.troubled(error)
        self._trouble = error
        self._next["tell"] = now_s + self._retry_s
        self._retry_s = min(_LAST_RETRY_S, self._retry_s * 2)

    def _keep_up(self, now_s: float) -> None:
        if now_s >= self._next["places"]:
            self._next["places"] = now_s + _PLACES_EVERY_S
            self._take_news(self._ground.check())
            self._rescans.want(self._ground.partly_heard(now_s))
            self._watch_descriptors()
        self._rescan(now_s)
        if now_s >= self._next["forget"]:
            self._next["forget"] = now_s + _FORGET_EVERY_S
            self._forget(now_s)
        if now_s >= self._next["mark"]:
            self._next["mark"] = now_s + _MARK_EVERY_S
            self._mark()
            self._parts.reporter.alive()

    def _rescan(self, now_s: float) -> None:
        finished = self._rescans.step(now_s, self._ground.silent)
        if finished is None:
            return
        self._next["journal"] = 0.0
        at = self._parts.clock.now()
        self._closed += [
            WatchGap(gap.watched, gap.reason, gap.since, max(at, gap.at), closed=True)
            for gap in finished.gaps
        ]
        self._whole.append(finished)

    def _take_news(self, news: News) -> None:
        self._opened += news.gaps
        self._rescans.want(news.roots, news.gaps)

    def _forget(self, now_s: float) -> None:
        if self._trouble is not None:
            return
        self._touches.forget(now_s, self._looking.waits_for)
        self._looking.forget(now_s)
        judged = self._parts.keeper.judged_number
        if judged != self._forgotten:
            with suppress(LedgerWriteError):  # tried again
                self._parts.ledger.forget_transitions(judged)
                self._forgotten = judged

    def _mark(self, *, orderly: bool = False) -> None:
        parts = self._parts
        owed = self._rescans.owed
        parts.marks.write(
            Mark(
                boot_id=parts.moments.boot_id,
                boot_ns=parts.moments.boot_ns(),
                wall_ns=parts.moments.wall_ns(),
                pid=parts.pid,
                begun_ns=self._begun_ns,
                roots=self._ground.marked(owed),
                limits=self._ground.limits(),
                waiting=self._looking.waiting,
                trouble=None if self._trouble is None else limit_of(self._trouble),
                overflows=self._overflows,
                orderly=orderly and self._trouble is None,
            )
        )

    def _watch_descriptors(self) -> None:
        self._poll = select.poll()
        for descriptor in (self._wake_read, *self._parts.ways.filenos()):
            self._poll.register(descriptor, select.POLLIN)

    def _wait_ms(self) -> int:
        """Until something is due; nothing is ever put off for longer than a second."""
        now_s = self._parts.clock.monotonic()
        due = [self._looking.next_s(), self._next["tick"], self._next["tell"]]
        later = [moment for moment in due if moment is not None and moment > now_s]
        soon = self._looking.next_s()
        if soon is not None and soon <= now_s:
            return 0
        return int((min(later, default=now_s + _IDLE_S) - now_s) * _MS) + 1
