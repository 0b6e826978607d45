"""How old a recovery point is."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.errors import ClockSkewError
from recovery.rpo import happened_within, lies_ahead, recovery_point_age

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_age_is_counted_from_the_start_of_the_snapshot() -> None:
    assert recovery_point_age(NOW - timedelta(hours=3), NOW) == timedelta(hours=3)


def test_a_snapshot_five_minutes_ahead_counts_as_now() -> None:
    assert recovery_point_age(NOW + timedelta(minutes=5), NOW) == timedelta(0)
    assert not lies_ahead(NOW + timedelta(minutes=5), NOW)


def test_a_snapshot_further_ahead_is_a_clock_fault_that_says_by_how_much() -> None:
    with pytest.raises(ClockSkewError, match="301 seconds ahead"):
        recovery_point_age(NOW + timedelta(seconds=301), NOW)
    assert lies_ahead(NOW + timedelta(seconds=301), NOW)


@pytest.mark.parametrize(("days_ago", "within"), [(0, True), (7, True), (7.01, False), (-2, False)])
def test_what_lies_ahead_has_not_happened_within_any_span(days_ago: float, within: bool) -> None:
    moment = NOW - timedelta(days=days_ago)
    assert happened_within(moment, timedelta(days=7), NOW) is within
