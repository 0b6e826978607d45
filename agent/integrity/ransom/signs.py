"""The signs of one watched path that still speak. Pure."""

from collections.abc import Iterable

from agent.integrity.change import Kind
from agent.integrity.ransom import limits
from agent.integrity.ransom.observation import Observation
from agent.integrity.ransom.sign import NOTHING_TO_LOSE, Sign
from agent.integrity.ransom.suspicion import Reason

_INSIDE = frozenset({Reason.STRUCTURE_BROKEN, Reason.INTERMITTENT})  # its beginning was good


class Signs:
    """Guards them, the newest last."""

    def __init__(self, known: Iterable[Sign] = ()) -> None:
        self._lost: dict[bytes, Sign] = {sign.path: sign for sign in known}
        self._bitten: dict[bytes, Sign] = {}
        self.beyond = 0  # that did not fit

    def lost(self) -> tuple[Sign, ...]:
        """Those that are believed."""
        return tuple(sign for sign in self._lost.values() if not sign.folder)

    def paired(self, now: float) -> tuple[Sign, ...]:
        """Of pairs that no name joins; what was not believed soon never will be."""
        horizon = now - limits.FAST.total_seconds()
        found = [sign for sign in self._lost.values() if sign.folder]
        for sign in found:
            if sign.at < horizon:
                del self._lost[sign.path]
        return tuple(sign for sign in found if sign.at >= horizon)

    def believe(self, paired: Iterable[Sign]) -> None:
        for sign in paired:
            self._lost[sign.path] = sign._replace(folder=b"")

    def count(self) -> int:
        return len(self.lost()) + len(self._bitten) + self.beyond

    def bitten(self) -> tuple[Sign, ...]:
        """Of canaries."""
        return tuple(self._bitten.values())

    def add(self, sign: Sign) -> None:
        if self._lost.pop(sign.path, None) is None and len(self._lost) >= limits.MOST_SIGNS:
            self.beyond += 1
            del self._lost[next(iter(self._lost))]
        self._lost[sign.path] = sign

    def bite(self, sign: Sign) -> None:
        self._bitten[sign.path] = sign

    def heal(self, path: bytes, observation: Observation) -> None:
        """Take a sign back where the file holds something known again."""
        known = self._lost.get(path)
        if known is None or observation.seen.change.kind is Kind.METADATA:
            return
        if observation.after_class in NOTHING_TO_LOSE:
            return
        if known.reason not in _INSIDE or _read_whole(observation):
            del self._lost[path]

    def forget(self, now: float) -> None:
        horizon = now - limits.SLOW.total_seconds()
        for signs in (self._lost, self._bitten):
            while signs and (first := next(iter(signs.values()))).at < horizon:
                del signs[first.path]
        if not self._lost:
            self.beyond = 0


def _read_whole(observation: Observation) -> bool:
    probe = observation.probe
    return probe is not None and probe.read and not probe.foreign and not probe.broken
