"""The five-field cron lines of the configuration, read as cron(5) reads them."""

import re
from dataclasses import dataclass

from agent.errors import AgentError
from wire.errors import CONFIGURATION
from wire.text import N_

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SUNDAY_AGAIN = 7
_FIELDS = ("minute", "hour", "day", "month", "weekday")
_ITEM = re.compile(r"(\*|[0-9a-z]{1,3})(?:-([0-9a-z]{1,3}))?(?:/(\d{1,3}))?", re.ASCII)


class ScheduleError(AgentError):
    """The text is no cron line."""

    exit_code = CONFIGURATION
    message = N_("“{text}” is no schedule: its {field} cannot be read.")
    hint = N_("Write five fields, minute hour day month weekday: 15 */4 * * * or 0 3 * * 6.")


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments that a cron line names. 0 and 7 are Sunday, as cron(5) counts.

    A day matches when either day field matches, if both are restricted (cron(5)).
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None  # None: every day
    months: frozenset[int]
    weekdays: frozenset[int] | None  # 0 is Sunday; None: every day


def parse_cron(text: str) -> Cron:
    """Read a cron line.

    Raises:
        ScheduleError: it has not five fields, or one of them is out of its range.
    """
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        raise ScheduleError(text=text, field="length")
    minute, hour, day, month, weekday = parts
    days = _values(text, "day", day, (1, 31), ())
    weekdays = _values(text, "weekday", weekday, (0, 7), _WEEKDAYS)
    return Cron(
        minutes=_values(text, "minute", minute, (0, 59), ()),
        hours=_values(text, "hour", hour, (0, 23), ()),
        days=None if day.startswith("*") and day == "*" else days,
        months=_values(text, "month", month, (1, 12), ("", *_MONTHS)),
        weekdays=None if weekday == "*" else frozenset(v % _SUNDAY_AGAIN for v in weekdays),
    )


def _values(
    text: str, field: str, part: str, bounds: tuple[int, int], names: tuple[str, ...]
) -> frozenset[int]:
    values: set[int] = set()
    for item in part.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ScheduleError(text=text, field=field)
        first, last, step = match.groups()
        low, high = _ends(first, last, step, bounds, names) or (1, 0)
        if not bounds[0] <= low <= high <= bounds[1] or step == "0":
            raise ScheduleError(text=text, field=field)
        values.update(range(low, high + 1, int(step or 1)))
    return frozenset(values)


def _ends(
    first: str, last: str | None, step: str | None, bounds: tuple[int, int], names: tuple[str, ...]
) -> tuple[int, int] | None:
    if first == "*":
        return bounds if last is None else None
    low = _number(first, names)
    high = _number(last, names) if last is not None else (bounds[1] if step else low)
    return None if low is None or high is None else (low, high)


def _number(word: str, names: tuple[str, ...]) -> int | None:
    if word.isdecimal():
        return int(word)
    return names.index(word) if word in names else None
