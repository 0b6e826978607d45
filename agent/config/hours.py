"""Part of a day as people write it: `22:00-06:00`, local time; it may reach over midnight."""

import re
from datetime import datetime

_SHAPE = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def is_part_of_day(hours: str) -> bool:
    """Whether these are two times of a day that differ."""
    return _SHAPE.fullmatch(hours) is not None and hours[:5] != hours[6:]


def within(hours: str, local: datetime) -> bool:
    """Whether the moment lies in these hours: from their first minute until before their last.

    Args:
        hours: two times that `is_part_of_day` has accepted.
        local: the moment in local time, with its zone.
    """
    minute = local.hour * 60 + local.minute
    begins, _, ends = hours.partition("-")
    first, last = _minute(begins), _minute(ends)
    return first <= minute < last if first < last else minute >= first or minute < last


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
