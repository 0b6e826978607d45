"""When a touched path is looked at. A driven clock: no second passes here."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.integrity.live.settling import LONGEST_S, Settling
from agent.integrity.live.touch import Kinds

P = b"/srv/file"


def _due_at(settling: Settling, from_s: float, to_s: float) -> list[float]:
    """The moments at which a look was due, asked every 10 ms."""
    found = []
    step = 0
    while (now_s := from_s + step * 0.01) < to_s:
        if settling.due(now_s, 10):
            found.append(round(now_s, 2))
        step += 1
    return found


def test_a_closed_file_is_looked_at_soon() -> None:
    settling = Settling()
    settling.touch(P, Kinds.CREATED | Kinds.WRITTEN | Kinds.CLOSED, 0.0)
    assert _due_at(settling, 0.0, 2.0) == [0.1]


def test_many_touches_are_one_look_and_none_is_put_off_for_long() -> None:
    settling = Settling()
    looks = []
    for step in range(100):
        now_s = step * 0.01
        settling.touch(P, Kinds.CLOSED, now_s)
        looks += [now_s] if settling.due(now_s, 10) else []
    assert looks == [0.5]


def test_what_is_written_on_and_on_is_looked_at_with_growing_pauses() -> None:
    settling, looks = Settling(), []
    for step in range(10_000):
        now_s = step * 0.02
        settling.touch(P, Kinds.WRITTEN, now_s)
        if settling.due(now_s, 10):
            settling.looked(P, now_s, 0.001)
            looks.append(now_s)
    pauses = [after - before for before, after in pairwise(looks)]
    assert looks[0] <= LONGEST_S + 0.02
    assert 5 <= len(looks) <= 9
    assert pauses == sorted(pauses)


def test_closing_it_ends_the_pause() -> None:
    settling = Settling()
    for step in range(500):
        settling.touch(P, Kinds.WRITTEN, step * 0.02)
        if settling.due(step * 0.02, 10):
            settling.looked(P, step * 0.02, 0.001)
    settling.touch(P, Kinds.CLOSED, 10.0)
    assert _due_at(settling, 10.0, 11.0)[0] <= 10.2


def test_a_dear_look_is_not_repeated_all_the_time() -> None:
    settling = Settling()
    settling.looked(P, 0.0, 30.0)
    settling.touch(P, Kinds.CLOSED, 1.0)
    assert _due_at(settling, 1.0, 299.0) == []
    assert _due_at(settling, 299.0, 302.0) == [300.0]


def test_what_was_unstable_is_looked_at_again() -> None:
    settling = Settling()
    settling.again(P, 0.0)
    assert _due_at(settling, 0.0, 3.0) == [1.0]


@given(st.lists(st.tuples(st.floats(0, 0.3), st.sampled_from(list(Kinds))), max_size=60))
def test_every_touch_is_followed_by_a_look(touches: list[tuple[float, Kinds]]) -> None:
    settling, now_s, owed = Settling(), 0.0, False
    for pause_s, kinds in touches:
        now_s += pause_s
        settling.touch(P, kinds, now_s)
        owed = not settling.due(now_s, 10)
        if not owed:
            settling.looked(P, now_s, 0.001)
    assert (settling.next_s() is not None) is owed
    assert settling.due(now_s + 61.0, 10) == ([P] if owed else [])
