"""How old a recovery point is: what would be lost if the host failed now."""

from datetime import datetime, timedelta

from recovery.errors import ClockSkewError
from wire.request import CLOCK_TOLERANCE


def recovery_point_age(snapshot_started: datetime, now: datetime) -> timedelta:
    """How much work would be lost if the site failed at `now`.

    Counted from the *start* of the last snapshot: a file changed while it ran may be
    missing from it. A snapshot up to 5 minutes ahead counts as now.

    Args:
        snapshot_started: start of the last snapshot, UTC.
        now: the moment to judge, UTC.

    Returns:
        A duration, never negative.

    Raises:
        ClockSkewError: the snapshot lies more than 5 minutes ahead of `now`.

    Source: NIST SP 800-34 Rev. 1, recovery point objective.
    """
    ahead = snapshot_started - now
    if ahead > CLOCK_TOLERANCE:
        raise ClockSkewError(ahead_s=int(ahead.total_seconds()))
    return max(-ahead, timedelta(0))


def lies_ahead(moment: datetime, now: datetime) -> bool:
    """Whether a moment that should be past is dated later than honest clocks can differ."""
    return moment - now > CLOCK_TOLERANCE


def happened_within(moment: datetime, span: timedelta, now: datetime) -> bool:
    """Whether a moment is no longer ago than `span`; what lies ahead has not happened."""
    return not lies_ahead(moment, now) and now - moment <= span
