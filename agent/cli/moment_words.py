"""Times as a person types them: `yesterday 15:00`, `hôm qua 15h`, `2 days ago`, `21/11/2026`. Pure.

    time  = day [clock] | clock | number unit ("ago" | "trước") | "now"
    day   = "today" | "yesterday" | "hôm nay" | "hôm qua" | "hôm kia" | 2026-11-21 | 21/11/2026
    clock = 15:00 | 15h | 15h30
    unit  = minutes, hours, days, weeks, months | phút, giờ, ngày, tuần, tháng

A day without a clock is the whole day: its end for `--at`, its beginning for `--since` and
`--before`; a time without seconds is the whole minute, as times are shown. Accents and case do
not matter. Without a zone it is Vietnam's time. What ISO 8601 writes (2026-11-21T15:00+07:00) is
taken as it is.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agent.backup.errors import BadMomentError
from agent.backup.restore.folding import folded
from texts.moments import ZONE

_DAYS_BACK = {"today": 0, "hom nay": 0, "yesterday": 1, "hom qua": 1, "hom kia": 2}
_UNITS = (
    (r"minutes?|mins?|phut", timedelta(minutes=1)),
    (r"hours?|gio|tieng", timedelta(hours=1)),
    (r"days?|ngay", timedelta(days=1)),
    (r"weeks?|tuan", timedelta(weeks=1)),
    (r"months?|thang", timedelta(days=30)),
)
_AGO = re.compile(r"(\d{1,4}|a|an|one|mot) (\w+) (?:ago|truoc)")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})|h(\d{2})?)")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MINUTE = timedelta(minutes=1)
_LAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """What was meant: a moment (both are the same), a minute, or a whole day."""

    first: datetime
    last: datetime


def parse(words: str, now: datetime) -> Span | None:
    """The time that these words mean at `now`; None: they mean none."""
    text = " ".join(folded(words).split())
    here = now.astimezone(ZONE)
    if not text:
        return None
    if text in {"now", "bay gio"}:
        return Span(now, now)
    try:
        return _ago(text, here) or _iso(words.strip()) or _day_and_clock(text, here)
    except (ValueError, OverflowError):  # 31/02, 25:00, a year before the calendar
        return None


def meant(words: str | None, now: datetime) -> Span | None:
    """As `parse`, of what an option says; None: it says nothing.

    Raises:
        BadMomentError: the words mean no time.
    """
    if words is None:
        return None
    span = parse(words, now)
    if span is None:
        raise BadMomentError(words=words)
    return span


def _ago(text: str, here: datetime) -> Span | None:
    found = _AGO.fullmatch(text)
    if found is None:
        return None
    number = int(found[1]) if found[1].isdecimal() else 1
    for names, unit in _UNITS:
        if re.fullmatch(names, found[2]):
            return _whole(here - number * unit)
    return None


def _iso(text: str) -> Span | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _day(date.fromisoformat(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    return _whole(moment) if moment.second or moment.microsecond else _minute(moment)


def _day_and_clock(text: str, here: datetime) -> Span | None:
    day, clock = text, ""
    head, _, tail = text.rpartition(" ")
    if _CLOCK.fullmatch(tail):
        day, clock = head, tail
    on = _named_day(day, here.date())
    if on is None:
        return None
    if not clock:
        return _day(on)
    return _minute(datetime.combine(on, _clock(clock), ZONE))


def _named_day(text: str, today: date) -> date | None:
    if text == "":  # only a clock: today
        return today
    if text in _DAYS_BACK:
        return today - timedelta(days=_DAYS_BACK[text])
    found = _SLASHED.fullmatch(text)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    assert found is not None  # noqa: S101 - the caller has looked
    return time(int(found[1]), int(found[2] or found[3] or 0))


def _day(on: date) -> Span:
    begun = datetime.combine(on, time(), ZONE)
    return Span(begun, begun + timedelta(days=1) - _LAST)


def _minute(moment: datetime) -> Span:
    return Span(moment, moment + _MINUTE - _LAST)


def _whole(moment: datetime) -> Span:
    return Span(moment, moment)
