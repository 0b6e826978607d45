"""Whether a snapshot was made when it says, and whether the clock may be believed. Pure.

Who can add to a repository can date what he adds as he likes. What was first seen at a look, and
is dated long before the look at which it was not there yet, was not made then.
"""

from datetime import datetime, timedelta

from recovery.rpo import lies_ahead

LATE_AT_MOST = timedelta(days=2)  # a point bears the time at which its run began
LOOKS_AT_LEAST_EVERY = timedelta(days=35)
STEADY_FOR = timedelta(days=7)


def arrived_as_dated(at: datetime, first_seen: datetime, looked_before: datetime | None) -> bool:
    """Believe a date when it fits to the looks; at the very first look all that is past."""
    if lies_ahead(at, first_seen):
        return False
    return looked_before is None or at >= looked_before - LATE_AT_MOST


def steady_since(before: tuple[datetime, datetime] | None, now: datetime) -> datetime:
    """Since when looks follow each other without a jump of the clock.

    Args:
        before: the look before, and since when the clock was steady then; None: the first look.
        now: this look.
    """
    if before is None:
        return now
    looked_at, since = before
    return now if lies_ahead(looked_at, now) or now - looked_at > LOOKS_AT_LEAST_EVERY else since


def clock_doubted(since: datetime, now: datetime) -> bool:
    """Nothing old is removed until the clock has gone steadily for a while."""
    return now - since < STEADY_FOR
