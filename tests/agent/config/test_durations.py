"""Durations and cron lines: any text gives a value or the documented error."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config.cron import ScheduleError, parse_cron
from agent.config.durations import DurationError, parse_duration


@pytest.mark.parametrize(
    ("text", "hours"),
    [("8h", 8), ("30d", 720), ("6m", 4320), ("3y", 26_280), ("1y2m3d4h", 8760 + 1440 + 72 + 4)],
)
def test_a_duration_is_read(text: str, hours: int) -> None:
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "8", "h", "8 h", "-1h", "1h2d", "0h", "٣h", "8H", "8h\n"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DurationError):
        parse_duration(text)


@given(st.text())
def test_any_text_is_a_duration_or_a_duration_error(text: str) -> None:
    try:
        duration = parse_duration(text)
    except DurationError:
        return
    assert duration > timedelta()


def test_a_cron_line_is_read_as_cron_reads_it() -> None:
    cron = parse_cron("15 */4 1,15 jan-mar 5-7")
    assert cron.minutes == {15}
    assert cron.hours == {0, 4, 8, 12, 16, 20}
    assert cron.days == frozenset({1, 15})
    assert cron.months == {1, 2, 3}
    assert cron.weekdays == frozenset({5, 6, 0})


def test_six_is_saturday_and_seven_is_sunday() -> None:
    assert parse_cron("0 3 * * 6").weekdays == parse_cron("0 3 * * sat").weekdays == frozenset({6})
    assert parse_cron("0 3 * * 7").weekdays == parse_cron("0 3 * * 0").weekdays == frozenset({0})


@pytest.mark.parametrize(
    "text",
    [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 8", "*/0 * * * *", "5-1 * * * *", "a * * * *", "* * * foo *", "1,,2 * * * *",
        "@daily", "*-5 * * * *", "1.5 * * * *",
    ],
)  # fmt: skip
def test_what_is_no_cron_line_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_cron(text)


@given(st.text(alphabet="0123456789*/,- abcjnmo", max_size=40))
def test_any_text_is_a_schedule_or_a_schedule_error(text: str) -> None:
    try:
        cron = parse_cron(text)
    except ScheduleError:
        return
    assert cron.minutes <= set(range(60))
    assert cron.months <= set(range(1, 13))
