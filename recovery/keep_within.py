"""Which points restic's `keep-within-*` keeps: computed here too, so that two must agree. Pure.

Source: restic 0.14 and 0.18, snapshot_policy.go and duration.go; forget(1).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?", re.ASCII)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A length of the calendar: a month is as long as the months that it covers."""

    years: int
    months: int
    days: int
    hours: int

    def before(self, moment: datetime) -> datetime:
        """The moment so long before; a day that the month lacks runs over into the next one."""
        total = moment.year * _MONTHS + moment.month - 1 - self.years * _MONTHS - self.months
        year, month = divmod(total, _MONTHS)
        if year < 1:
            return datetime.min.replace(tzinfo=UTC)
        first = moment.replace(year=year, month=month + 1, day=1)
        try:
            return first + timedelta(days=moment.day - 1 - self.days, hours=-self.hours)
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)


def span(text: str) -> Span:
    """Read `1y6m`, as the configuration has checked it.

    Raises:
        ValueError: it is no such text.
    """
    match = _SPAN.fullmatch(text)
    if match is None or not any(int(number or 0) for number in match.groups()):
        raise ValueError(text)
    years, months, days, hours = (int(number or 0) for number in match.groups())
    return Span(years, months, days, hours)


@dataclass(frozen=True, slots=True)
class Rules:
    """How long back one point of each hour, day, week, month, year is kept; None: not at all."""

    hourly: Span | None = None
    daily: Span | None = None
    weekly: Span | None = None
    monthly: Span | None = None
    yearly: Span | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A snapshot as far as dates decide; `at` keeps the time zone in which it was written."""

    id: str
    at: datetime


def kept(
    points: Sequence[Dated], rules: Rules, now: datetime, *, oldest_too: bool = True
) -> frozenset[str]:
    """The ids that stay: of each hour (day, …) within the span the newest point.

    Newer restics keep the very oldest point within a span, too; 0.14 does not.

    Spans are counted from the newest point that is not dated ahead of `now`, not from `now`: a
    host that stopped making points loses none. Without any rule all stay.
    """
    order = sorted(points, key=lambda point: point.at, reverse=True)
    newest = next((point.at for point in order if point.at < now), None)
    periods = _periods(rules)
    if not periods:
        return frozenset(point.id for point in order)
    found: set[str] = set()
    for length, period in periods:
        since = length.before(newest) if newest else datetime.min.replace(tzinfo=UTC)
        last: object = None
        for point in order:
            named = period(point.at)
            oldest = oldest_too and point is order[-1]
            if point.at > since and (named != last or oldest):
                found.add(point.id)
                last = named
    return frozenset(found)


def _periods(rules: Rules) -> list[tuple[Span, Callable[[datetime], object]]]:
    pairs: list[tuple[Span | None, Callable[[datetime], object]]] = [
        (rules.hourly, lambda at: (at.year, at.month, at.day, at.hour)),
        (rules.daily, lambda at: (at.year, at.month, at.day)),
        (rules.weekly, lambda at: at.isocalendar()[:2]),
        (rules.monthly, lambda at: (at.year, at.month)),
        (rules.yearly, lambda at: at.year),
    ]
    return [(length, period) for length, period in pairs if length is not None]
