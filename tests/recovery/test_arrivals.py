"""Whether a snapshot was made when it says, and whether the clock goes steadily."""

from datetime import UTC, datetime, timedelta

import pytest

from recovery.arrivals import arrived_as_dated, clock_doubted, steady_since

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "looked_before", "believed"),
    [
        (NOW - timedelta(hours=1), YESTERDAY, True),
        (NOW - timedelta(hours=40), YESTERDAY, True),  # a long first fill
        (NOW - timedelta(days=4), YESTERDAY, False),  # was not there yesterday
        (NOW - timedelta(days=400), None, True),  # nobody looked before
        (NOW + timedelta(hours=1), YESTERDAY, False),
        (NOW + timedelta(hours=1), None, False),
        (NOW + timedelta(minutes=4), YESTERDAY, True),  # honest clocks differ
    ],
)
def test_a_date_is_believed_when_it_fits_to_the_looks(
    at: datetime,
    looked_before: datetime | None,
    believed: bool,
) -> None:
    assert arrived_as_dated(at, NOW, looked_before) is believed


@pytest.mark.parametrize(
    ("later", "steady"),
    [
        (timedelta(days=1), True),
        (timedelta(days=35), True),
        (timedelta(days=36), False),
        (timedelta(days=4 * 365), False),
        (timedelta(minutes=-4), True),
        (timedelta(days=-2), False),
    ],
)
def test_a_jump_of_the_clock_begins_the_watch_anew(later: timedelta, steady: bool) -> None:
    since = NOW - timedelta(days=90)
    found = steady_since((NOW, since), NOW + later)
    assert found == (since if steady else NOW + later)


def test_nothing_old_goes_in_the_first_days() -> None:
    assert steady_since(None, NOW) == NOW
    assert clock_doubted(NOW, NOW + timedelta(days=6))
    assert not clock_doubted(NOW, NOW + timedelta(days=7))
