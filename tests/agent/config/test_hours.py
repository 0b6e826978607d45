"""Parts of a day, as people write them."""

from datetime import UTC, datetime

import pytest

from agent.config.hours import is_part_of_day, within
from agent.config.load import examine


@pytest.mark.parametrize("hours", ["22:00-06:00", "00:00-23:59", "06:30-06:31"])
def test_two_times_that_differ_are_a_part_of_the_day(hours: str) -> None:
    assert is_part_of_day(hours)


@pytest.mark.parametrize(
    "hours",
    ["", "22-06", "22:00-22:00", "24:00-06:00", "22:00-06:60", "22:00-06:00 ", "٢2:00-06:00"],
)
def test_anything_else_is_none(hours: str) -> None:
    assert not is_part_of_day(hours)


@pytest.mark.parametrize(
    ("hours", "clock", "answer"),
    [
        ("22:00-06:00", "22:00", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("22:00-06:00", "21:59", False),
        ("12:00-13:30", "13:29", True),
        ("12:00-13:30", "13:30", False),
        ("12:00-13:30", "11:59", False),
    ],
)
def test_it_may_reach_over_midnight(hours: str, clock: str, *, answer: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    assert within(hours, datetime(2026, 11, 22, hour, minute, tzinfo=UTC)) is answer


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('quiet_hours: "22:00"', "quiet_hours"),
        ('integrity: [{path: /srv, only: [""]}]', "integrity[0].only[0]"),
        ('integrity: [{path: /srv, ignore: ["a", ""]}]', "integrity[0].ignore[1]"),
    ],
)
def test_what_could_not_be_meant_is_told_with_its_place(line: str, place: str) -> None:
    _, problems = examine(f"facility: GL-BVDK\n{line}\n".encode())
    assert [problem.path for problem in problems] == [place]
