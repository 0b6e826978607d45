"""What earlier looks at two places proved stands until a look that can see disproves it."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from recovery.rpo import lies_ahead
from recovery.separation import SUSPECT_FROM_POINTS
from recovery.signs import SIGNS
from wire.recovery_messages import SitePair
from wire.verdicts import Separation

BELIEVED_FOR = timedelta(days=30)
_SIGN = {sign.code: sign for sign in SIGNS}
_BAD = frozenset({Separation.NOT_SEPARATE, Separation.SUSPECT})


def standing(before: SitePair | None, now: SitePair) -> SitePair:
    """The new look, with every sign of the earlier ones that it could not ask again.

    Such a sign stands in the list of the agreeing signs and in the list of the missing ones:
    that is how a reader knows that it is from before. A sign that is not asked of this pair any
    more (a distance that nobody demands) is in neither.

    Args:
        before: what stood before; None: this pair of places was never looked at.
        now: the new look alone.
    """
    if before is None:
        return now
    unseen = set(now.missing)
    hard = (*now.hard, *(code for code in before.hard if code in unseen))
    soft = (*now.soft, *(code for code in before.soft if code in unseen))
    return replace(now, verdict=_verdict(now.verdict, hard, soft), hard=hard, soft=soft)


def from_before(pair: SitePair) -> tuple[str, ...]:
    """The signs of a pair that an earlier look has found and the newest could not ask."""
    return tuple(code for code in (*pair.hard, *pair.soft) if code in pair.missing)


def believed(verdict: Separation, measured_at: datetime, now: datetime) -> Separation | None:
    """What a look still says at a moment; None: it says nothing any more, look again.

    A bad verdict does not become good with time, nor unknown: it stands until it is disproved.
    """
    if verdict in _BAD:
        return verdict
    if lies_ahead(measured_at, now) or now - measured_at > BELIEVED_FOR:
        return None
    return verdict


def _verdict(alone: Separation, hard: tuple[str, ...], soft: tuple[str, ...]) -> Separation:
    if hard:
        return Separation.NOT_SEPARATE
    if sum(_SIGN[code].points for code in soft if code in _SIGN) >= SUSPECT_FROM_POINTS:
        return Separation.SUSPECT
    return alone
