"""Brings what is seen to the judges: reads a little of changed files, within its share of time."""

from collections.abc import Callable, Mapping, Sequence

from agent.clock import Clock
from agent.files.names import path_bytes
from agent.files.record import FileRecord
from agent.integrity.change import Kind
from agent.integrity.ransom.judge import Judge
from agent.integrity.ransom.observation import Observation, Probe
from agent.integrity.ransom.probe import probe, worth_reading
from agent.integrity.ransom.promises import promised_class
from agent.integrity.ransom.sign import has_other_content
from agent.integrity.ransom.suspicion import Suspicion
from agent.integrity.seen import Seen

# Of one core, for reading changed files. What does not fit is judged by its class alone: whoever
# changes that much is seen in what fits.
_SHARE = 0.2
_SAVED_S = 1.0  # of unused time, for a burst


class Budget:
    """Guards how much time may be spent on reading."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left_s = _SAVED_S
        self._at = clock.monotonic()

    def allows(self) -> bool:
        now = self._clock.monotonic()
        self._left_s = min(_SAVED_S, self._left_s + (now - self._at) * _SHARE)
        self._at = now
        return self._left_s > 0

    def spend(self, begun: float) -> None:
        self._left_s -= self._clock.monotonic() - begun


class Guard:
    """Guards one judge for each watched path."""

    def __init__(
        self,
        judge_of: Callable[[bytes], Judge],
        clock: Clock,
        entropy: Callable[[int], bytes],
    ) -> None:
        """Begin.

        Args:
            judge_of: makes the judge of a watched path.
            clock: for the share of time.
            entropy: whoever knows where files are read could encrypt beside it.
        """
        self._judge_of = judge_of
        self._judges: dict[bytes, Judge] = {}
        self._clock = clock
        self._entropy = entropy
        self._budget = Budget(clock)
        self.unread = 0  # files that should have been read, and were not

    def take(self, seen: Sequence[Seen]) -> tuple[Suspicion, ...]:
        """Judge the changes; what is new or has grown."""
        touched: dict[bytes, Judge] = {}
        for one in seen:
            watched = path_bytes(one.watched.path)
            judge = touched[watched] = self.judge(watched)
            judge.take(self.observe(one))
            self._read_wanted(judge)
        concluded = (judge.conclude() for judge in touched.values())
        return tuple(one for one in concluded if one is not None)

    def begin_anew(self, judges: Mapping[bytes, Judge]) -> None:
        """These judge from now on: what the former ones knew beside their signs means nothing."""
        self._judges = dict(judges)

    def settle(self) -> tuple[Suspicion, ...]:
        """What stands and has grown a little since it was told."""
        settled = (judge.settle() for judge in self._judges.values())
        return tuple(one for one in settled if one is not None)

    def judge(self, watched: bytes) -> Judge:
        if watched not in self._judges:
            self._judges[watched] = self._judge_of(watched)
        return self._judges[watched]

    def judges(self) -> tuple[tuple[bytes, Judge], ...]:
        """Of the paths under which something has happened."""
        return tuple(self._judges.items())

    def observe(self, seen: Seen) -> Observation:
        change = seen.change
        before, after = (
            _class_of(change.before),
            "" if change.after is None else change.after.content,
        )
        return Observation(seen, before, after, self._probe_of(seen, after))

    def _probe_of(self, seen: Seen, after: str) -> Probe | None:
        change = seen.change
        if change.after is None or not change.after.is_file:
            return None
        new = change.kind is Kind.ADDED
        if not new and not has_other_content(change):
            return None
        if not worth_reading(after, change.after.size, new=new):
            return None
        return self._probe(change.path, after, new=new)

    def _probe(self, path: bytes, content: str, *, new: bool) -> Probe | None:
        if not self._budget.allows():
            self.unread += 1
            return None
        begun = self._clock.monotonic()
        seed = int.from_bytes(self._entropy(2), "big") / 65_536
        found = probe(path, content, seed, new=new)
        self._budget.spend(begun)
        self.unread += not found.read
        return found

    def _read_wanted(self, judge: Judge) -> None:
        for path, content in judge.wanted():
            found = self._probe(path, content, new=False)
            judge.probed(path, found or Probe(read=False))


def _class_of(record: FileRecord | None) -> str:
    """As the ledger knew it; of a file that it never judged, what its name promises."""
    if record is None or not record.is_file:
        return ""
    return record.content or promised_class(record.path)
