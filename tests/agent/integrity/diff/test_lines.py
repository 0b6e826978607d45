"""The lines in which two texts differ."""

import time

from hypothesis import given
from hypothesis import strategies as st

from agent.integrity.diff.lines import MOST_LINES, Sign, difference

MOST_S = 10.0


def test_one_changed_line_stands_between_its_neighbours() -> None:
    before = "".join(f"line {number}\n" for number in range(20))
    found = difference(before, before.replace("line 10\n", "other\n"))
    assert [line.text for line in found.lines if line.sign is Sign.GONE] == ["line 10"]
    assert [line.text for line in found.lines if line.sign is Sign.NEW] == ["other"]
    assert found.lines[0].text == "-8,7 +8,7"
    assert (found.added, found.removed, found.omitted) == (1, 1, 0)


def test_equal_texts_have_no_lines() -> None:
    assert difference("a\nb\n", "a\nb\n").lines == ()
    assert difference("", "").lines == ()


def test_a_missing_line_end_is_a_difference() -> None:
    assert difference("a\n", "a").lines


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_lines_that_came_and_went_make_up_for_each_other(
    old: list[str], new: list[str]
) -> None:
    before, after = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    found = difference(before, after)
    assert found.added - found.removed == len(new) - len(old)
    assert bool(found.added or found.removed) is (old != new)


def test_two_large_texts_that_share_nothing_take_no_time() -> None:
    begun = time.perf_counter()
    found = difference("a\n" * 80_000, "b\n" * 80_000)
    assert time.perf_counter() - begun < MOST_S
    assert (found.added, found.removed) == (80_000, 80_000)
    assert found.omitted == 160_001 - MOST_LINES
