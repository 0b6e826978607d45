"""Which points restic's `keep-within-*` keeps, as restic's own source says it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.keep_within import Dated, Rules, Span, kept, span

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.none() | st.builds(
    Span, st.integers(0, 3), st.integers(0, 12), st.integers(1, 60), st.integers(0, 48)
)
all_rules = st.builds(Rules, spans, spans, spans, spans, spans)
points = st.lists(moments, unique=True, max_size=30).map(
    lambda dates: [Dated(str(number), at) for number, at in enumerate(dates)]
)


def dated(*hours_ago: float) -> list[Dated]:
    return [Dated(f"{hours:g}", NOW - timedelta(hours=hours)) for hours in hours_ago]


def test_of_each_day_the_newest_stays_and_the_very_oldest_too() -> None:
    days = dated(1, 2, 25, 26, 49, 50)
    assert kept(days, Rules(daily=span("30d")), NOW) == {"1", "25", "49", "50"}
    assert kept(days, Rules(daily=span("30d")), NOW, oldest_too=False) == {"1", "25", "49"}


def test_spans_count_from_the_newest_point_and_not_from_now() -> None:
    old = dated(2400, 2424, 2448)
    assert kept(old, Rules(daily=span("36h")), NOW) == {"2400", "2424"}
    assert kept(old, Rules(daily=span("36h")), NOW + timedelta(days=3650)) == {"2400", "2424"}


def test_a_point_from_the_future_moves_no_span() -> None:
    future = [*dated(1, 25, 49), Dated("future", NOW + timedelta(days=1500))]
    assert kept(future, Rules(daily=span("30d")), NOW) == {"1", "25", "49", "future"}


def test_where_all_are_in_the_future_none_is_too_old() -> None:
    assert kept([Dated("1", NOW), Dated("2", NOW)], Rules(yearly=span("1y")), NOW) == {"1", "2"}


def test_without_rules_all_stay() -> None:
    assert kept(dated(1, 2), Rules(), NOW) == {"1", "2"}


def test_nothing_is_kept_of_nothing() -> None:
    assert kept([], Rules(daily=span("1d")), NOW) == frozenset()


def test_hours_weeks_months_and_years_have_buckets_of_their_own() -> None:
    three = [
        Dated("dec", datetime(2025, 12, 29, 10, 30, tzinfo=UTC)),
        Dated("jan", datetime(2026, 1, 2, 10, 0, tzinfo=UTC)),  # the same ISO week
        Dated("jan-later", datetime(2026, 1, 2, 10, 59, tzinfo=UTC)),
    ]
    far = span("10y")
    assert kept(three, Rules(weekly=far), NOW) == {"jan-later", "dec"}
    assert kept(three, Rules(monthly=far), NOW) == {"jan-later", "dec"}
    assert kept(three, Rules(yearly=far), NOW) == {"jan-later", "dec"}
    assert kept(three, Rules(hourly=far), NOW) == {"jan-later", "dec"}


def test_a_days_bucket_is_that_of_the_zone_in_which_it_was_written() -> None:
    zone = timezone(timedelta(hours=7))
    two = [
        Dated("late", datetime(2026, 11, 22, 1, tzinfo=zone)),
        Dated("early", datetime(2026, 11, 21, 23, tzinfo=zone)),  # the same day in UTC
        Dated("old", datetime(2026, 11, 1, tzinfo=zone)),
    ]
    assert "early" in kept(two, Rules(daily=span("5d")), NOW)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("1m", datetime(2026, 3, 3, 5, tzinfo=UTC)),  # 31 February runs over
        ("1y", datetime(2025, 3, 31, 5, tzinfo=UTC)),
        ("3m", datetime(2025, 12, 31, 5, tzinfo=UTC)),
        ("1y1m1d1h", datetime(2025, 3, 2, 4, tzinfo=UTC)),
        ("2030y", datetime.min.replace(tzinfo=UTC)),
        ("999999d", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_span_is_counted_on_the_calendar(text: str, before: datetime) -> None:
    assert span(text).before(datetime(2026, 3, 31, 5, tzinfo=UTC)) == before


@pytest.mark.parametrize("text", ["", "0d", "26w", "1d1y", "-1d", "1.5d", "d"])
def test_what_is_no_span_of_restic_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        span(text)


@given(points, all_rules)
def test_the_newest_believable_point_always_stays(points: list[Dated], rules: Rules) -> None:
    past = [point for point in points if point.at < NOW]
    if past:
        assert max(past, key=lambda point: point.at).id in kept(points, rules, NOW)


@given(points, all_rules)
def test_what_stays_is_of_what_is_there(points: list[Dated], rules: Rules) -> None:
    assert kept(points, rules, NOW) <= {point.id for point in points}
