"""Every file's turn to be read again comes in each period, and not all turns at once."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.files.rereading import Rereading, rereading

DAY = 86_400
PERIOD = 30 * DAY
KEYS = [b"srv\0share\0%d" % number for number in range(3_000)]


def test_nothing_is_read_again_where_nobody_asks_for_it() -> None:
    assert rereading(1_000_000, None, 0) is None


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.integers(12 * 3_600, 7 * DAY))
def test_with_looks_of_any_regularity_no_content_gets_older_than_the_period(
    start: int, every_s: int
) -> None:
    hashed_at = dict.fromkeys(KEYS[:20], start)
    for now in range(start + every_s, start + 3 * PERIOD, every_s):
        rule = Rereading(now, PERIOD, every_s)
        for key, before in hashed_at.items():
            assert now - before <= PERIOD
            if rule.due(key, before):
                hashed_at[key] = now


def test_a_daily_look_reads_about_the_same_share_each_day() -> None:
    hashed_at = dict.fromkeys(KEYS, 1_800_000_000)
    shares = []
    for day in range(1, 91):
        now = 1_800_000_000 + day * DAY
        rule = Rereading(now, PERIOD, DAY)
        due = [key for key, before in hashed_at.items() if rule.due(key, before)]
        hashed_at.update(dict.fromkeys(due, now))
        shares.append(len(due))
    assert max(shares) < 3 * len(KEYS) / 30
    assert min(shares) > len(KEYS) / 30 / 3


def test_looks_that_are_rarer_than_the_period_read_everything() -> None:
    rule = rereading(1_800_000_000, timedelta(days=30), 1_800_000_000 - 40 * DAY)
    assert rule
    assert all(rule.due(key, 1_800_000_000 - 5) for key in KEYS)


def test_after_the_clock_was_set_back_a_year_all_is_read_again_once() -> None:
    now = 1_800_000_000 - 365 * DAY
    rule = Rereading(now, PERIOD, 0)
    assert all(rule.due(key, 1_800_000_000) for key in KEYS)
    assert not any(rule.due(key, now) for key in KEYS)
