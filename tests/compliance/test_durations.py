"""How long a standard's interval is at most, and what fresh means."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.durations import duration, is_fresh
from compliance.yaml_tree import Tree

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1M", timedelta(days=31)),
        ("P2M", timedelta(days=61)),
        ("P3M", timedelta(days=92)),
        ("P6M", timedelta(days=183)),
        ("P1Y", timedelta(days=366)),
        ("P1Y6M", timedelta(days=549)),
        ("P30D", timedelta(days=30)),
        ("PT48H", timedelta(hours=48)),
        ("P1DT30M", timedelta(days=1, minutes=30)),
    ],
)
def test_months_and_years_are_as_long_as_they_can_be(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "1M", "P1M ", "P1M\n", "P-1D", "P1W", "P1DT"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        duration(text)


def test_evidence_of_exactly_the_limits_age_still_counts() -> None:
    day = timedelta(days=1)
    assert is_fresh(NOW - day, NOW, day)
    assert not is_fresh(NOW - day - timedelta(microseconds=1), NOW, day)


def test_a_path_that_is_not_there_has_the_line_of_what_is_above_it() -> None:
    tree = Tree({}, {"$": 1, "$.controls": 4, "$.controls[2]": 9})
    assert tree.line("$.controls[2].weight") == 9
    assert tree.line("$.controls[7].weight") == 4
    assert tree.line("$.nothing") == 1
    assert Tree({}).line("") == 1
