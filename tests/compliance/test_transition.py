"""Countdowns of transition end with the day in Viet Nam, and nothing unknown looks settled."""

from datetime import UTC, datetime

import pytest

from compliance.transition import (
    APPROVAL,
    LEVEL_NOW,
    MEASURES,
    Deadline,
    Origin,
    deadlines,
    origin_of,
)
from wire.verdicts import Regime


@pytest.mark.parametrize(
    ("regime", "origin", "expected"),
    [
        (Regime.ND331, Origin.LEVELLED_BEFORE, (MEASURES,)),
        (Regime.ND331, Origin.UNDER_INVESTMENT, (APPROVAL, MEASURES)),
        (Regime.ND331, Origin.NEVER_LEVELLED, (LEVEL_NOW,)),
        (Regime.ND331, Origin.LATER, ()),
        (Regime.ND331, Origin.UNKNOWN, (APPROVAL, MEASURES)),
        (Regime.ND85, Origin.UNKNOWN, (MEASURES,)),
        (Regime.ND85, Origin.LATER, (MEASURES,)),
        (Regime.ND85, Origin.UNDER_INVESTMENT, (APPROVAL, MEASURES)),
    ],
)
def test_each_system_has_its_deadlines(
    regime: Regime, origin: Origin, expected: tuple[Deadline, ...]
) -> None:
    assert deadlines(regime, origin) == expected


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2026, 12, 30, 16, 59, tzinfo=UTC), 1),
        (datetime(2026, 12, 30, 17, 0, tzinfo=UTC), 0),  # midnight in Viet Nam
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), 0),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), -1),
    ],
)
def test_the_last_day_ends_at_midnight_in_viet_nam(now: datetime, left: int) -> None:
    assert APPROVAL.days_left(now) == left


def test_what_has_no_day_is_due_now() -> None:
    assert LEVEL_NOW.days_left(datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_word_that_nobody_knows_is_unknown() -> None:
    assert origin_of("later") is Origin.LATER
    assert origin_of("") is origin_of("soon") is Origin.UNKNOWN
