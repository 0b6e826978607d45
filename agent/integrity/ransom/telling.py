"""When a suspicion is worth saying, and what it says: new, grown, or of another attack. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import structs

from agent.integrity.ransom import limits
from agent.integrity.ransom.evidence import Evidence, main_process
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.suspicion import MOST_SAMPLES, Reason, Suspicion
from agent.integrity.seen import LONG_AGO


class Telling:
    """Guards what was told last of one watched path."""

    def __init__(
        self, watched: bytes, new_id: Callable[[], str], standing: Suspicion | None
    ) -> None:
        self._watched = watched
        self._new_id = new_id
        self.told = standing

    def settle(self, files: int) -> Suspicion | None:
        """What stands, if it has grown at all since it was said; asked for now and then."""
        if self.told is None or files <= self.told.files:
            return None
        self.told = structs.replace(self.told, files=files)
        return self.told

    def of(self, evidence: Evidence, reasons: Sequence[Reason], beyond: int) -> Suspicion | None:
        """The suspicion, if it says something that was not said.

        Args:
            evidence: what speaks for it.
            reasons: those of the verdict.
            beyond: signs that are not among the evidence any more.
        """
        before, fresh = self.told, self._made(evidence, reasons, beyond)
        if before is None or fresh.latest - before.latest > limits.QUIET_AFTER:
            self.told = structs.replace(fresh, id=self._new_id())
            return self.told
        suspicion = _joined(before, fresh)
        if not _is_news(suspicion, before):
            self.told = structs.replace(before, latest=suspicion.latest)  # it goes on
            return None
        self.told = suspicion
        return suspicion

    def forget(self) -> None:
        self.told = None

    def _made(self, evidence: Evidence, reasons: Sequence[Reason], beyond: int) -> Suspicion:
        signs = (*evidence.canaries, *evidence.signs)
        now = datetime.fromtimestamp(evidence.now, UTC)
        latest = max((sign.at for sign in signs), default=evidence.now)
        return Suspicion(
            id="",
            watched=self._watched,
            at=now,
            since=_earliest(signs, now),
            latest=datetime.fromtimestamp(latest, UTC),
            reasons=tuple(reasons),
            files=len(signs) + beyond,
            who=main_process(signs),
            samples=tuple(sign.path for sign in signs[:MOST_SAMPLES]),
        )


def _joined(before: Suspicion, fresh: Suspicion) -> Suspicion:
    reasons = {*before.reasons, *fresh.reasons}
    samples = dict.fromkeys((*before.samples, *fresh.samples))
    return structs.replace(
        before,
        since=min(before.since, fresh.since),
        latest=max(before.latest, fresh.latest),
        reasons=tuple(one for one in Reason if one in reasons),
        files=max(before.files, fresh.files),
        who=fresh.who or before.who,
        samples=tuple(samples)[:MOST_SAMPLES],
    )


def _is_news(suspicion: Suspicion, before: Suspicion) -> bool:
    grown = suspicion.files >= before.files * limits.GROWN and suspicion.files > before.files
    return grown or suspicion.reasons != before.reasons or suspicion.since < before.since


def _earliest(signs: Sequence[Sign], now: datetime) -> datetime:
    """When the first of it may have happened; a moment that nobody knows is long ago."""
    known = [sign.since for sign in signs if sign.since is not None]
    if len(known) < len(signs):
        return LONG_AGO
    return datetime.fromtimestamp(min(known), UTC) if known else now
