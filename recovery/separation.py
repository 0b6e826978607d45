"""Are two sites two sites? The verdict of each pair of places and of all together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from recovery.places import HOST, Between, Place, believable
from recovery.signs import SIGNS, Pair, Sign
from wire.recovery_messages import SiteEvidence, SitePair
from wire.verdicts import Separation

REQUIRED = ("boot_id", "filesystem")  # of every pair: without them nothing speaks for two places
REQUIRED_OF_SITES = ("repository",)
REQUIRED_OF_DISTANCE = ("rtt", "coordinates")  # where a distance is required or declared
SUSPECT_FROM_POINTS = 2
_WORST_FIRST = (
    Separation.NOT_SEPARATE,
    Separation.SUSPECT,
    Separation.INCONCLUSIVE,
    Separation.SEPARATE,
)


def judge_pair(
    a: Place, b: Place, between: Between | None = None, *, distance_km: float | None = None
) -> SitePair:
    """Judge one pair by every sign that concerns it.

    A pair with the host (`places.HOST`) is judged by the signs of the same machine or
    filesystem only: a NAS beside the server is a site. Missing signals never make SEPARATE.

    Args:
        a: one place.
        b: the other place.
        between: what was measured between them.
        distance_km: how far apart they must be; None where no rule and no owner says so.
    """
    pair = Pair(believable(a), believable(b), between or Between(), distance_km)
    with_host = HOST in (a.name, b.name)
    signs = [sign for sign in SIGNS if sign.of_machine or not with_host]
    answers = {sign.code: sign.ask(pair) for sign in signs}
    agreeing = [sign for sign in signs if answers[sign.code]]
    hard = tuple(sign.code for sign in agreeing if not sign.points)
    missing = (*(code for code in answers if answers[code] is None), *_unsigned(pair))
    return SitePair(
        a=a.name,
        b=b.name,
        verdict=_verdict(agreeing, _required(missing, pair, with_host=with_host)),
        hard=hard,
        soft=tuple(sign.code for sign in agreeing if sign.points),
        missing=missing,
    )


def overall(pairs: Iterable[SitePair]) -> Separation:
    """The worst verdict of all pairs; without a pair of two sites there is nothing to conclude."""
    judged = tuple(pairs)
    verdicts = {pair.verdict for pair in judged}
    if not any(HOST not in (pair.a, pair.b) for pair in judged):
        verdicts.add(Separation.INCONCLUSIVE)
    return next(verdict for verdict in _WORST_FIRST if verdict in verdicts)


def evidence(pairs: Sequence[SitePair], measured_at: datetime) -> SiteEvidence:
    """What is told of one look at all pairs."""
    return SiteEvidence(verdict=overall(pairs), pairs=tuple(pairs), measured_at=measured_at)


def _verdict(agreeing: list[Sign], lacking: set[str]) -> Separation:
    if any(not sign.points for sign in agreeing):
        return Separation.NOT_SEPARATE
    if sum(sign.points for sign in agreeing) >= SUSPECT_FROM_POINTS:
        return Separation.SUSPECT
    return Separation.INCONCLUSIVE if lacking else Separation.SEPARATE


def _unsigned(pair: Pair) -> tuple[str, ...]:
    """What people and agents at the places must add before anything is proved."""
    agents = pair.a.own_agent and pair.b.own_agent
    documents = all(place.documented or place.name == HOST for place in (pair.a, pair.b))
    return (*(() if agents else ("own_agent",)), *(() if documents else ("document",)))


def _required(missing: tuple[str, ...], pair: Pair, *, with_host: bool) -> set[str]:
    required = {*REQUIRED, "own_agent", "document"}
    if not with_host:
        required.update(REQUIRED_OF_SITES)
        if pair.distance_km is not None:
            required.update(REQUIRED_OF_DISTANCE)
    return required.intersection(missing)
