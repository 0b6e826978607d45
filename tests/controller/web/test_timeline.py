"""The drawing of watched files: nothing small is lost, and a time not watched is never quiet."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.store.queries_file_events import Bar
from controller.web.pages.files_query import SPANS, log_place, read
from controller.web.pages.timeline import HEIGHT, Time, Window, blind_times, columns, tallest

START = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Window(START, HOUR, 24)


def at(hours: float) -> datetime:
    return START + hours * HOUR


def bar(agent: str, number: int, files: int, *, explained: bool) -> Bar:
    return Bar(agent, "w", number, explained, files)


def blind(
    watched: list[tuple[float, float]], gaps: list[tuple[float, float]], until: float = 24
) -> list[tuple[float, float]]:
    found = blind_times(
        DAY,
        [Time(at(a), at(b)) for a, b in watched],
        [Time(at(a), at(b), "overflow") for a, b in gaps],
        at(until),
    )
    return [((e.time.from_at - START) / HOUR, (e.time.to_at - START) / HOUR) for e in found]


@pytest.mark.parametrize(
    ("watched", "gaps", "found"),
    [
        ([], [], [(0, 24)]),
        ([(0, 24)], [], []),
        ([(-5, 30)], [], []),
        ([(2, 5)], [], [(0, 2), (5, 24)]),
        ([(0, 5), (4, 24)], [], []),
        ([(4, 24), (0, 3)], [], [(3, 4)]),
        ([(0, 24)], [(6, 7)], [(6, 7)]),
        ([(0, 24)], [(6, 8), (7, 9)], [(6, 9)]),
        ([(0, 10), (12, 24)], [(9, 11)], [(9, 12)]),
        ([(0, 24)], [(-3, 1), (23, 40)], [(0, 1), (23, 24)]),
        ([(0, 24)], [(-3, -1), (25, 26)], []),
        ([(0, 24)], [(5, 5)], [(5, 5)]),
    ],
)
def test_what_no_watched_time_covers_is_a_gap(
    watched: list[tuple[float, float]],
    gaps: list[tuple[float, float]],
    found: list[tuple[float, float]],
) -> None:
    assert blind(watched, gaps) == found


def test_what_has_not_happened_yet_is_no_gap() -> None:
    assert blind([(0, 10)], [], until=11) == [(10, 11)]
    assert blind([], [], until=-1) == []


TIMES = st.lists(
    st.tuples(st.integers(-10, 34), st.integers(0, 20)).map(lambda t: (t[0], t[0] + t[1])),
    max_size=6,
)


@given(TIMES, TIMES)
def test_every_moment_is_either_watched_or_blind(
    watched: list[tuple[float, float]], gaps: list[tuple[float, float]]
) -> None:
    found = blind(watched, gaps)
    assert all(end < begin for (_, end), (begin, _) in pairwise(found))
    for hour in range(24):
        middle = hour + 0.5
        seen = any(a <= middle <= b for a, b in watched)
        lost = any(a <= middle <= b for a, b in gaps)
        assert any(a <= middle <= b for a, b in found) == (lost or not seen)


def test_a_gap_of_one_moment_is_drawn_all_the_same() -> None:
    (gap,) = blind_times(DAY, [Time(at(0), at(24))], [Time(at(5), at(5), "down")], at(24))
    assert gap.width > 0
    assert gap.time.reason == "down"


def test_one_file_is_seen_beside_a_million_and_never_taller() -> None:
    bars = [
        bar("a", 0, 1, explained=False),
        bar("a", 1, 10**6, explained=True),
        bar("a", 1, 1, explained=False),
    ]
    low, high = columns(bars, tallest(bars))
    assert low.low > 2
    assert low.high == low.low
    assert high.high == pytest.approx(HEIGHT)
    assert high.low == low.low
    assert (high.files, high.explained) == (10**6 + 1, 10**6)


def test_lanes_have_one_scale() -> None:
    bars = [bar("a", 0, 100, explained=False), bar("b", 0, 25, explained=False)]
    (small,) = columns(bars[1:], tallest(bars))
    assert small.high == pytest.approx(HEIGHT / 2)


NOW = datetime(2026, 11, 21, 3, 7, 31, tzinfo=UTC)


@pytest.mark.parametrize("span", SPANS)
def test_the_window_of_a_span_ends_at_now_and_stands_still_between(span: str) -> None:
    window = read("XA", {"span": span}, NOW).window
    assert NOW < window.end <= NOW + HOUR
    assert read("XA", {"span": span}, NOW + timedelta(seconds=20)).window == window


TEXT = st.text(max_size=30) | st.sampled_from(
    ["2026-11-21T03:00:00Z", "0001-01-01", "9999-12-31T23:59:59+14:00", "-1.-1", "9" * 400 + ".0"]
)


FIELDS = (
    "agent",
    "watched",
    "kind",
    "person",
    "program",
    "q",
    "open",
    "span",
    "start",
    "end",
    "before",
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *[
                    "agent",
                    "watched",
                    "kind",
                    "person",
                    "program",
                    "q",
                    "open",
                    "span",
                    "start",
                    "end",
                    "before",
                ]
            ]
        ),
        TEXT,
    )
)
def test_whatever_an_address_says_gives_a_window(query: dict[str, str]) -> None:
    asked = read("XA", query, NOW)
    assert asked.window.start < asked.window.end
    assert asked.wanted.facility == "XA"
    assert asked.address(before="").startswith("?")
    again = read("XA", dict(asked.fields), NOW)
    assert again.wanted.agent == asked.wanted.agent


@pytest.mark.parametrize(
    ("text", "place"),
    [("12.3", (12, 3)), ("", None), ("12", None), ("a.b", None), ("-1.2", None), ("².1", None)],
)
def test_a_place_in_the_log_is_read_strictly(text: str, place: tuple[int, int] | None) -> None:
    assert log_place(text) == place


def test_what_the_eye_cannot_tell_apart_is_drawn_once_and_counted_exactly() -> None:
    """A host that fails every minute of a month would be 40,000 rectangles a path."""
    second, minute = timedelta(seconds=1), timedelta(minutes=1)
    month = Window(START, 12 * HOUR, 60)
    fails = [Time(START + n * minute, START + n * minute + second) for n in range(5_000)]
    found = blind_times(month, [Time(START, month.end)], fails, month.end)
    assert len(found) < 60 / 0.15
    assert sum(each.times for each in found) == 5_000
    assert sum((each.spent for each in found), timedelta()) == 5_000 * second
    assert found[0].time.from_at == START
