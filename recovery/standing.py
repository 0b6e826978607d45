"""What earlier looks at two places proved stands until a look that can see disproves it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from recovery.places import Place
from recovery.rpo import lies_ahead
from recovery.separation import SUSPECT_FROM_POINTS
from recovery.signs import SIGNS
from wire.recovery_messages import SitePair
from wire.verdicts import Separation

BELIEVED_FOR = timedelta(days=30)
_POINTS = {sign.code: sign.points for sign in SIGNS}
OF_THE_KERNEL = frozenset({"boot_id", "boot_time", "machine_id", "dmi_uuid"})
_BAD = frozenset({Separation.NOT_SEPARATE, Separation.SUSPECT})


def standing(before: SitePair | None, now: SitePair, void: Iterable[str] = ()) -> SitePair:
    """The new look, with every sign of the earlier ones that it could not ask again.

    Such a sign stands in the list of the agreeing signs and in the list of the missing ones:
    that is how a reader knows that it is from before.

    Args:
        before: what stood before; None: this pair of places was never looked at.
        now: the new look alone.
        void: signs that mean nothing for these places any more.
    """
    if before is None:
        return now
    unseen = set(now.missing) - set(void)
    hard = (*now.hard, *(code for code in before.hard if code in unseen))
    soft = (*now.soft, *(code for code in before.soft if code in unseen))
    return replace(now, verdict=_verdict(now.verdict, hard, soft), hard=hard, soft=soft)


def meaningless(places: Iterable[Place]) -> frozenset[str]:
    """Signs that an earlier look found and that these places can never answer again.

    Behind a network mount the kernel's own signs are the reader's (`places.believable`).
    """
    return OF_THE_KERNEL if any(place.network_mount for place in places) else frozenset()


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
    if sum(_POINTS.get(code, 0) for code in soft) >= SUSPECT_FROM_POINTS:
        return Separation.SUSPECT
    return alone
