"""Explains what waits with all that this machine knows: reads what is asked for, and asks again."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host.door import Host, list_if_present, read_if_present
from agent.integrity.events.covering import Approved
from agent.integrity.noise.context import Context, Reading, StormMemory
from agent.integrity.noise.edge import reading
from agent.integrity.noise.edge.packages import PackageReader
from agent.integrity.noise.explain import explain
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.log_names import rotated_patterns
from agent.integrity.noise.packages.explain import (
    AGAIN,
    PATIENCE,
    concerns,
    is_busy,
    must_wait,
)
from agent.integrity.noise.packages.state import NO_PACKAGES, Packages
from agent.integrity.noise.questions import Question
from agent.integrity.noise.sorting import may_wait
from agent.integrity.ransom.canary import Canary
from agent.integrity.seen import Seen

log = logging.getLogger("lachan.agent")
_ROUNDS = 3  # answers may lead to another question
_MOST_BYTES = 64 * 2**20  # read in one go: the watching must go on
_LOGROTATE = ("/etc/logrotate.conf", "/etc/logrotate.d")
_PATTERNS_FOR = timedelta(minutes=10)


class Explainer:
    """Guards what was read for changes that still wait, and what was told in this minute."""

    def __init__(
        self,
        host: Host,
        root: Path = Path("/"),
        canaries: Callable[[], Sequence[Canary]] = tuple,
        approvals: Callable[[], Sequence[Approved]] = tuple,
    ) -> None:
        """Begin.

        Args:
            host: for dpkg's and logrotate's own records.
            root: where the host's files lie for this process.
            canaries: ours, at this moment.
            approvals: those that cover changes which come behind them.
        """
        self._canaries = canaries
        self._approvals = approvals
        self._host = host
        self._package_reader = PackageReader(host, root)
        self._root = bytes(root).rstrip(b"/")
        self._readings: dict[Question, Reading | None] = {}
        self._storms = StormMemory()
        self._parked: dict[int, Seen] = {}  # by identity, while dpkg is at work
        self._unreadable = ""  # why dpkg's records could not be read the last time
        self._patterns: tuple[str, ...] = ()
        self._patterns_at: datetime | None = None

    def explain(self, waiting: Sequence[Seen], now: datetime) -> Explained:
        """What can be told now, and what waits on. Safe to call at any time, with nothing, too."""
        packages = self._packages(waiting, now)
        patterns = self._log_patterns(now)
        ours = {canary.path: canary for canary in self._canaries()}
        context = Context(
            now, packages, self._readings, patterns, self._storms, self._approvals(), ours
        )
        rest = self._park(waiting, context)
        explained = explain(rest, context)
        for _ in range(_ROUNDS):
            if not self._answer(explained.questions):
                break
            explained = explain(rest, context)
        self._storms = explained.storms
        still = {seen.change.path for seen in explained.still_waiting}
        self._readings = {one: got for one, got in self._readings.items() if one.path in still}
        return self._with_parked(explained, waiting, now)

    def _park(self, waiting: Sequence[Seen], context: Context) -> list[Seen]:
        """What may be dpkg's work is not looked at anew until dpkg is through; return the rest."""
        if not is_busy(context):
            self._parked = {}
            return list(waiting)
        known = self._parked
        self._parked = {
            id(seen): seen
            for seen in waiting
            if (id(seen) in known and may_wait(seen, context.now, PATIENCE))
            or must_wait(seen, context)
        }
        return [seen for seen in waiting if id(seen) not in self._parked]

    def _with_parked(
        self, explained: Explained, waiting: Sequence[Seen], now: datetime
    ) -> Explained:
        if not self._parked:
            return explained
        still = {*self._parked, *map(id, explained.still_waiting)}
        moments = [now + AGAIN, explained.ask_again_at or now + AGAIN]
        return replace(
            explained,
            still_waiting=tuple(seen for seen in waiting if id(seen) in still),
            ask_again_at=min(moments),
        )

    def _answer(self, questions: Iterable[Question]) -> bool:
        """Whether anything is known now that was not before; some may have to wait."""
        left = _MOST_BYTES
        answered = False
        for question in questions:
            if left <= 0:
                break
            self._readings[question] = reading.read(question)
            left -= question.size
            answered = True
        return answered

    def _packages(self, waiting: Sequence[Seen], now: datetime) -> Packages:
        """Only asked where it can matter; what cannot be read explains nothing."""
        asked = Packages(root=self._root)
        concerned = (one for one in waiting if id(one) in self._parked or concerns(one, asked))
        moments = [seen.since or seen.at for seen in concerned]
        if not moments:
            return NO_PACKAGES
        try:
            packages = self._package_reader.packages(min(*moments, now))
        except UnreadableFactError as error:
            if error.reason != self._unreadable:
                log.warning("what dpkg did cannot be read (%s): it explains nothing", error.reason)
            self._unreadable = error.reason
            return NO_PACKAGES
        self._unreadable = ""
        return packages

    def _log_patterns(self, now: datetime) -> tuple[str, ...]:
        at = self._patterns_at
        if at is None or not timedelta(0) <= now - at < _PATTERNS_FOR:
            self._patterns, self._patterns_at = _rotated(self._host), now
        return self._patterns


def _rotated(host: Host) -> tuple[str, ...]:
    """What logrotate rotates here; what cannot be read names nothing."""
    main, folder = _LOGROTATE
    found: list[str] = []
    try:
        parts = (f"{folder}/{name}" for name in list_if_present(host, folder))
        for place in (main, *parts):
            found.extend(rotated_patterns(read_if_present(host, place) or ""))
    except UnreadableFactError as error:
        log.warning("logrotate's configuration cannot be read (%s)", error.reason)
    return tuple(found)
