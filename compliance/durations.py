"""ISO 8601 durations of standards, and whether evidence is fresh by them."""

import re
from datetime import datetime, timedelta

# A calendar month has up to 31 days: 1 -> 31, 3 -> 92, 6 -> 183, 12 -> 366 days.
_HALF_DAYS_PER_MONTH = 61
_MONTHS_PER_YEAR = 12
PATTERN = (
    r"^P(?=[0-9T])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,4})H)?(?:([0-9]{1,4})M)?)?\Z"
)
_DURATION = re.compile(PATTERN)


def duration(text: str) -> timedelta:
    """The longest time that a duration can mean, so that no calendar makes evidence late.

    Raises:
        ValueError: the text is none; catalogues were checked by `PATTERN` before.
    """
    found = _DURATION.match(text)
    if found is None:
        raise ValueError(text)
    years, months, days, hours, minutes = (int(part or 0) for part in found.groups())
    half_days = (years * _MONTHS_PER_YEAR + months) * _HALF_DAYS_PER_MONTH
    whole_days = (half_days + 1) // 2 + days
    return timedelta(days=whole_days, hours=hours, minutes=minutes)


def is_fresh(moment: datetime, judged_at: datetime, limit: timedelta) -> bool:
    """Evidence of exactly the limit's age still counts."""
    return judged_at - moment <= limit
