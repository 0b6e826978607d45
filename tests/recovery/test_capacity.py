"""In how many days a site is full: early rather than late, and never from nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.capacity import NEVER_DAYS, Measured, Outlook, outlook

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GB = 1_000_000_000


def history(free: Sequence[float | None]) -> list[Measured]:
    """One measurement a day up to now, in GB."""
    begin = NOW - timedelta(days=len(free) - 1)
    return [
        Measured(begin + timedelta(days=day), None, None if gb is None else int(gb * GB))
        for day, gb in enumerate(free)
    ]


def days(free: Sequence[float | None]) -> int | None:
    return outlook(history(free), 0, NOW).full_in_days


def test_steady_growth_is_predicted_to_the_day() -> None:
    assert days([300 - 10 * day for day in range(20)]) == 11
    assert days([300 - 2 * day for day in range(20)]) == 131


def test_a_site_that_cannot_be_asked_goes_on_filling() -> None:
    away = history([300 - 10 * day for day in range(20)])
    assert outlook(away, 0, NOW + timedelta(days=4)).full_in_days == 7
    assert outlook(away, 0, NOW + timedelta(days=40)).full_in_days == 0


def test_two_weeks_before_it_is_full_it_is_alarming() -> None:
    fourteen = outlook(history([300 - 10 * day for day in range(17)]), 0, NOW)
    assert (fourteen.full_in_days, fourteen.alarming) == (14, True)
    fifteen = outlook(history([300 - 10 * day for day in range(16)]), 0, NOW)
    assert (fifteen.full_in_days, fifteen.alarming) == (15, False)


def test_a_few_odd_days_do_not_move_it() -> None:
    steady: list[float | None] = [500.0 - 5 * day for day in range(40)]
    odd = list(steady)
    odd[2], odd[7], odd[21] = 9000.0, 20.0, 900.0
    assert days(odd) == pytest.approx(days(steady), rel=0.15)


def test_one_large_run_a_week_counts_as_much_as_a_little_every_day() -> None:
    weekly = [1000 - 70 * (day // 7) for day in range(50)]
    found = days(weekly)
    assert found is not None
    assert 20 <= found <= 75  # 510 GB free, 10 GB a day


def test_space_that_is_freed_each_week_hides_no_growth() -> None:
    sawtooth = [400 - 10 * day + 50 * (day // 7) for day in range(50)]
    found = days(sawtooth)
    assert found is not None
    assert found <= 260 // 3


def test_a_sudden_rise_shows_within_a_week() -> None:
    assert days([1000.0] * 50 + [1000.0 - 60 * day for day in range(1, 8)]) == 9


def test_a_site_that_does_not_grow_is_never_full() -> None:
    assert days([300.0] * 10) == NEVER_DAYS
    assert days([300.0 + day for day in range(10)]) == NEVER_DAYS


def test_a_full_site_is_full_without_any_history() -> None:
    found = outlook(history([0]), 0, NOW)
    assert (found.full_in_days, found.next_run_fits, found.alarming) == (0, False, True)


def test_too_few_measurements_tell_nothing() -> None:
    assert days([300, 290]) is None
    close = [Measured(NOW - timedelta(hours=n), None, GB * (300 + n)) for n in range(10)]
    assert outlook(close, 0, NOW).full_in_days is None


def test_a_site_that_does_not_tell_is_unknown_and_not_good() -> None:
    assert outlook(history([None, None, None, None]), GB, NOW) == Outlook(None, None, None, None)
    assert outlook([], GB, NOW) == Outlook(None, None, None, None)


def test_a_measurement_from_the_future_is_none() -> None:
    ahead = Measured(NOW + timedelta(days=400), None, 1)
    usual = history([300 - 10 * day for day in range(20)])
    assert outlook([*usual, ahead], 0, NOW) == outlook(usual, 0, NOW)


def test_two_measurements_of_one_moment_are_no_slope() -> None:
    twice = history([300, 300, 300, 300])
    assert outlook([*twice, *twice], 0, NOW).full_in_days == NEVER_DAYS


@pytest.mark.parametrize(("dataset_gb", "fits"), [(900, True), (1100, False)])
def test_room_for_the_largest_datasets_next_run_is_demanded(
    dataset_gb: int,
    fits: bool,
) -> None:
    assert outlook(history([10.0] * 5), dataset_gb * GB, NOW).next_run_fits is fits


def test_what_was_used_between_two_looks_may_be_used_again() -> None:
    assert outlook(history([100, 60, 60, 30]), 0, NOW).next_run_fits is False


@given(st.integers(1, 50), st.integers(0, 1000))
def test_noise_does_not_turn_growth_into_none(rate_gb: int, seed: int) -> None:
    noise = Random(seed)  # noqa: S311 - no secret
    free = [5000 - rate_gb * day + noise.uniform(-0.3, 0.3) * rate_gb for day in range(30)]
    found = days(free)
    assert found is not None
    expected = free[-1] / rate_gb
    assert expected * 0.6 <= found <= expected * 1.1
