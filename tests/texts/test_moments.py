"""Ages are short enough for a table."""

import pytest

from texts.moments import show_age


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(3.14, "3.1 s"), (59.9, "59.9 s"), (60, "1 min"), (3599.9, "59 min"), (3660, "1 h 1 min")],
)
def test_an_age_has_no_seconds_from_one_minute_on(seconds: float, shown: str) -> None:
    assert show_age(seconds) == shown
