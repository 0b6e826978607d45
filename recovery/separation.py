"""Are two sites two sites? The verdict of each pair of places and of all together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from recovery.pair import Pair
from recovery.places import HOST, Between, Place, believable
from recovery.signs import SIGNS, Sign
from recovery.signs_of_place import at_most_km
from wire.recovery_messages import Placed, SiteEvidence, SitePair
from wire.verdicts import Separation

REQUIRED = ("boot_id", "filesystem", "own_agent", "document")  # of every pair
REQUIRED_OF_SITES = ("repository", "building")
REQUIRED_OF_DISTANCE = ("rtt", "coordinates")  # where a distance is required or declared
NEEDED = frozenset((*REQUIRED, *REQUIRED_OF_SITES, *REQUIRED_OF_DISTANCE))  # of any pair
SUSPECT_FROM_POINTS = 2
_WORST_FIRST = (
    Separation.NOT_SEPARATE,
    Separation.SUSPECT,
    Separation.INCONCLUSIVE,
    Separation.SEPARATE,
)


def judge_pair(
    a: Place, b: Place, between: Between | None = None, *, required_km: float | None = None
) -> SitePair:
    """Judge one pair by every sign that concerns it.

    A pair with the host (`places.HOST`) is judged by the signs of the same machine or
    filesystem only: a NAS beside the server is a site. Missing signals never make SEPARATE.

    Args:
        a: one place.
        b: the other place.
        between: what was measured between them.
        required_km: how far apart two sites must be; None where no rule says so.
    """
    pair = Pair(believable(a), believable(b), between or Between(), required_km)
    answers = {sign: sign.ask(pair) for sign in SIGNS if sign.concerns(pair)}
    agreeing = [sign for sign, answer in answers.items() if answer]
    unknown = [sign.code for sign, answer in answers.items() if answer is None]
    missing = (*unknown, *_unsigned(pair))
    return SitePair(
        a=a.name,
        b=b.name,
        verdict=_verdict(agreeing, _required(pair).intersection(missing)),
        hard=tuple(sign.code for sign in agreeing if sign.hard),
        soft=tuple(sign.code for sign in agreeing if not sign.hard),
        missing=missing,
        distance_km=_tenths(pair.declared_km),
        at_most_km=_tenths(at_most_km(pair)),
    )


def overall(pairs: Iterable[SitePair]) -> Separation:
    """The worst verdict of all pairs; without a pair of two sites there is nothing to conclude."""
    judged = tuple(pairs)
    verdicts = {pair.verdict for pair in judged}
    if not any(HOST not in (pair.a, pair.b) for pair in judged):
        verdicts.add(Separation.INCONCLUSIVE)
    return next(verdict for verdict in _WORST_FIRST if verdict in verdicts)


def evidence(
    pairs: Sequence[SitePair],
    measured_at: datetime,
    places: Sequence[Placed] = (),
    required_km: float | None = None,
) -> SiteEvidence:
    """What is told of one look at all pairs."""
    return SiteEvidence(overall(pairs), tuple(pairs), measured_at, tuple(places), required_km)


def _verdict(agreeing: list[Sign], lacking: frozenset[str]) -> Separation:
    if any(sign.hard for sign in agreeing):
        return Separation.NOT_SEPARATE
    if sum(sign.points for sign in agreeing) >= SUSPECT_FROM_POINTS:
        return Separation.SUSPECT
    return Separation.INCONCLUSIVE if lacking else Separation.SEPARATE


def _unsigned(pair: Pair) -> tuple[str, ...]:
    """What people and agents at the places must add before anything is proved."""
    agents = pair.a.own_agent and pair.b.own_agent
    documents = all(place.documented or place.name == HOST for place in (pair.a, pair.b))
    return (*(() if agents else ("own_agent",)), *(() if documents else ("document",)))


def _required(pair: Pair) -> frozenset[str]:
    if pair.with_host:
        return frozenset(REQUIRED)
    distance = REQUIRED_OF_DISTANCE if pair.distance_km is not None else ()
    return frozenset((*REQUIRED, *REQUIRED_OF_SITES, *distance))


def _tenths(kilometres: float | None) -> float | None:
    return None if kilometres is None else round(kilometres, 1)
