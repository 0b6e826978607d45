"""Judges the stream of changes below one watched path: a sliding window in, suspicions out. Pure.

Judged is what became of content, never that much was changed: a file that held something known and
holds something shapeless now is a sign, a file that became whole again takes its sign back.
"""

from collections.abc import Callable, Collection, Iterable

from agent.integrity.change import Kind
from agent.integrity.ransom import limits
from agent.integrity.ransom.evidence import Evidence, reasons_of
from agent.integrity.ransom.names import folder_of
from agent.integrity.ransom.observation import Observation, Probe
from agent.integrity.ransom.partners import Pair, Partners
from agent.integrity.ransom.shelf import left_of
from agent.integrity.ransom.sign import Sign, lost, sign, sign_of
from agent.integrity.ransom.signs import Signs
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.integrity.ransom.telling import Telling
from agent.integrity.ransom.traces import Notes, Renames
from agent.integrity.ransom.turnover import Turnover

_CONTENT = frozenset({Kind.MODIFIED, Kind.REMOVED, Kind.RENAMED})
_OF_PAIRS = frozenset({Reason.LOCKED, Reason.ENTROPY_JUMP})  # all else is told as replaced
_MOST_WANTED = 1_000


class Judge:
    """Guards what is remembered of one watched path."""

    def __init__(
        self,
        watched: bytes,
        new_id: Callable[[], str],
        canaries: Collection[bytes] = (),
        standing: Suspicion | None = None,
        signs: Iterable[Sign] = (),
    ) -> None:
        """Begin.

        Args:
            watched: the path.
            new_id: makes the id of a new suspicion.
            canaries: paths of our own files there.
            standing: the suspicion that was told and not dismissed, if there is one.
            signs: what `signs` gave before a restart.
        """
        self.canaries = canaries
        self._telling = Telling(watched, new_id, standing)
        self._signs = Signs(signs)
        self._partners = Partners()
        self._turnover = Turnover()
        self._renames = Renames()
        self._notes = Notes()
        self._pairs: dict[bytes, tuple[Pair, Observation]] = {}
        self._now = 0.0

    @property
    def standing(self) -> Suspicion | None:
        """What was told last and not dismissed."""
        return self._telling.told

    @property
    def signs(self) -> tuple[Sign, ...]:
        """Files that were lost within the last day, as far as each is believed."""
        return self._signs.lost()

    def take(self, observation: Observation) -> None:
        """Remember what one change shows."""
        change = observation.seen.change
        at = observation.seen.at.timestamp()
        self._now = max(self._now, at)
        self._judge_canaries(observation)
        self._judge_itself(observation)
        self._judge_places(observation, at)
        if change.kind is Kind.ADDED:
            self._notes.add(observation, at)
        elif change.kind is Kind.RENAMED and change.old_path:
            self._renames.add(change.old_path, change.path, at)

    def wanted(self) -> tuple[tuple[bytes, str], ...]:
        """Files that begin well and seem to stand for others; give what is read to `probed`."""
        return tuple((path, pair.came.content) for path, (pair, _) in self._pairs.items())

    def probed(self, path: bytes, probe: Probe) -> None:
        pair, observation = self._pairs.pop(path)
        self._replaced(pair, observation, probe)

    def conclude(self) -> Suspicion | None:
        """A new suspicion, or one that has grown; None: nothing is to be said."""
        self._signs.forget(self._now)
        self._believe_pairs()
        evidence = Evidence(
            self._now,
            self._signs.lost(),
            self._signs.bitten(),
            self._notes.most(self._now),
            self._renames.most(self._now),
        )
        reasons = reasons_of(evidence)
        if not reasons:
            return None
        return self._telling.of(evidence, reasons, self._signs.beyond)

    def settle(self) -> Suspicion | None:
        """The suspicion that stands, with the exact count, where it has grown a little."""
        return self._telling.settle(self._signs.count())

    def dismissed(self) -> None:
        """A person has said that it was nothing: what is known so far speaks no more."""
        self._telling.forget()
        self._signs = Signs()
        self._notes, self._renames = Notes(), Renames()

    def _judge_canaries(self, observation: Observation) -> None:
        change = observation.seen.change
        if change.kind in _CONTENT:
            for path in {change.old_path or change.path, change.path} & set(self.canaries):
                self._signs.bite(sign(path, Reason.CANARY, observation))

    def _judge_itself(self, observation: Observation) -> None:
        change = observation.seen.change
        reason = sign_of(observation)
        if reason is None:
            self._signs.heal(change.path, observation)
        else:
            self._signs.add(sign(change.old_path or change.path, reason, observation))

    def _judge_places(self, observation: Observation, at: float) -> None:
        change = observation.seen.change
        record = change.after or change.before
        if record is None or not record.is_file:
            return
        pair = None
        if change.kind is Kind.REMOVED:
            left = left_of(record, observation.before_class, at)
            self._turnover.went(left)
            pair = self._partners.went(left)
        elif change.kind is Kind.ADDED:
            left = left_of(record, observation.after_class, at)
            self._turnover.came(left)
            pair = self._partners.came(left)
        elif change.kind is Kind.RENAMED and change.old_path:
            left = left_of(record, observation.after_class, at)
            pair = self._partners.renamed(change.old_path, left)
        if pair is None:
            return
        if pair.came.shapeless:
            self._replaced(pair, observation, None)
        elif len(self._pairs) < _MOST_WANTED:
            self._pairs[pair.came.path] = pair, observation

    def _replaced(self, pair: Pair, observation: Observation, probe: Probe | None) -> None:
        """As if the one had become the other."""
        reason = lost(pair.gone.content, pair.came.content, probe)
        if reason is None:
            return
        if reason not in _OF_PAIRS:
            reason = Reason.REPLACED
        found = sign(pair.gone.path, reason, observation)
        if pair.by_name:
            self._renames.add(pair.gone.path, pair.came.path, self._now)
        else:
            found = found._replace(folder=folder_of(pair.came.path))
        self._signs.add(found)

    def _believe_pairs(self) -> None:
        """Those that no name joins, only where their folders lost one shape after another."""
        paired = self._signs.paired(self._now)
        folders = {sign.folder for sign in paired}
        if len(paired) >= limits.PAIRS and self._turnover.one_sided(folders):
            self._signs.believe(paired)
