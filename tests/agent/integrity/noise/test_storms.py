"""Too many changes are told together, with exact counts, and never too late."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from agent.integrity.events.event import EventKind
from agent.integrity.noise.context import Context, StormMemory
from agent.integrity.noise.explain import explain
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.storms import NAMED
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import NOON, SOMEBODY, added, record


def burst(count: int, folder: str = "/srv/share", start: datetime = NOON, **who: Any) -> list[Seen]:  # noqa: ANN401
    maker = replace(SOMEBODY, **who)
    return [
        added(record(f"{folder}/{number}"), maker, start + timedelta(milliseconds=number))
        for number in range(count)
    ]


def files(explained: Explained) -> int:
    return sum(entry.event.files for entry in explained.events)


def test_the_first_are_named_and_the_rest_is_one_event() -> None:
    explained = explain(burst(1_000), Context(NOON + timedelta(seconds=10)))
    *named, together = sorted(explained.events, key=lambda entry: entry.event.files)
    assert len(named) == NAMED
    assert together.event.counts == {EventKind.ADDED: 1_000 - NAMED}
    assert len(together.members) == 1_000 - NAMED
    assert together.event.who == SOMEBODY
    assert together.event.path == b"/srv/share"


def test_few_changes_are_told_one_by_one_at_once() -> None:
    explained = explain(burst(NAMED), Context(NOON + timedelta(seconds=0.1)))
    assert [entry.event.files for entry in explained.events] == [1] * NAMED
    assert not explained.still_waiting


def test_a_slow_storm_is_told_within_moments() -> None:
    """At 100 changes a second each is told within 0.3 s."""
    memory, waiting, late, told = StormMemory(), list[Seen](), timedelta(0), 0
    everything = [
        added(record(f"/srv/{number}"), SOMEBODY, NOON + number * timedelta(milliseconds=10))
        for number in range(1_000)
    ]
    for step in range(120):
        now = NOON + step * timedelta(milliseconds=100)
        fresh = [seen for seen in everything if now - timedelta(milliseconds=100) <= seen.at < now]
        explained = explain([*waiting, *fresh], Context(now, storms=memory))
        memory, waiting = explained.storms, list(explained.still_waiting)
        told += files(explained)
        for entry in explained.events:
            oldest = min(one.at for one in (entry.members or (entry.event,)))
            late = max(late, now - oldest)
    assert told == 1_000
    assert late <= timedelta(seconds=0.5)


def test_a_fast_storm_waits_until_it_is_over() -> None:
    seens = burst(1_000)
    early = explain(seens, Context(NOON + timedelta(seconds=1.5)))
    assert files(early) == NAMED
    assert len(early.still_waiting) == 1_000 - NAMED
    assert early.ask_again_at is not None
    over = explain(early.still_waiting, Context(early.ask_again_at, storms=early.storms))
    (entry,) = over.events
    assert entry.event.files == 1_000 - NAMED


def test_a_storm_that_does_not_end_is_told_each_minute() -> None:
    seens = burst(100_000 // 20)
    last = seens[-1].at
    explained = explain(seens, Context(last + timedelta(minutes=1)))
    assert files(explained) == len(seens)


def test_what_waits_fits_into_memory() -> None:
    explained = explain(burst(12_000), Context(NOON + timedelta(seconds=12)))
    assert files(explained) >= 10_000
    assert len(explained.still_waiting) < 5_000
    assert files(explained) + len(explained.still_waiting) == 12_000


def test_another_program_is_not_drowned() -> None:
    stranger = added(record("/etc/passwd"), replace(SOMEBODY, exe="/usr/bin/vim"))
    explained = explain([*burst(1_000), stranger], Context(NOON + timedelta(seconds=10)))
    alone = [one.event.path for one in explained.events if not one.event.counts]
    assert b"/etc/passwd" in alone


def test_many_programs_in_one_folder_are_one_storm() -> None:
    seens = [seen for pid in range(100) for seen in burst(3, exe=f"/usr/bin/{pid}")]
    explained = explain(seens, Context(NOON + timedelta(seconds=10)))
    assert len(explained.events) == NAMED + 1
    assert explained.events[-1].event.who is None


def test_processes_of_one_program_are_one_storm() -> None:
    seens = [seen for pid in range(300) for seen in burst(1, f"/srv/{pid}", pid=pid)]
    explained = explain(seens, Context(NOON + timedelta(seconds=10)))
    assert len(explained.events) == NAMED + 1


def test_a_new_minute_begins_anew() -> None:
    first = explain(burst(NAMED), Context(NOON + timedelta(seconds=1)))
    again = burst(NAMED, start=NOON + timedelta(minutes=2))
    second = explain(again, Context(NOON + timedelta(minutes=2.1), storms=first.storms))
    assert len(second.events) == NAMED


def test_one_file_written_again_and_again_counts_once() -> None:
    path = record("/srv/film.mkv")
    seens = [
        added(replace(path, size=number, inode=1), SOMEBODY, NOON + timedelta(milliseconds=number))
        for number in range(100)
    ]
    explained = explain(seens, Context(NOON + timedelta(seconds=10)))
    assert len(explained.events) == NAMED + 1
    assert explained.events[-1].event.files == 1
    assert len(explained.events[-1].members) == 100 - NAMED


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_set_holds_nothing_back(days: int) -> None:
    explained = explain(burst(1_000), Context(NOON + timedelta(days=days)))
    assert files(explained) == 1_000
