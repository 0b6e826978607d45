"""Whatever is folded and joined: who reads the events in order knows what is there in the end."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.events.event import Entry, Event, EventKind
from agent.integrity.noise.context import Context, StormMemory
from agent.integrity.noise.explain import explain
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import NOON, WATCHED, record

STEPS, AT_ONCE = 400, 40


def _course(dice: random.Random, alive: dict[bytes, FileRecord]) -> Iterator[Seen]:
    """Files come, are written to, renamed and deleted, one step a millisecond."""
    for step in range(STEPS):
        what = dice.random()
        path = dice.choice(list(alive)) if alive and what >= 0.4 else b""
        before = alive.pop(path, None)
        after: FileRecord | None = None
        if before is None:
            kind, after = Kind.ADDED, record(f"/s/{step}", b"%d" % step)
        elif what < 0.7:
            kind, after = Kind.MODIFIED, replace(before, size=step + 10, sha256=b"%032d" % step)
        elif what < 0.85:
            kind, after = Kind.RENAMED, replace(before, path=b"/s/r%d" % step)
        else:
            kind = Kind.REMOVED
        if after is not None:
            alive[after.path] = after
        what_differs = ("content",) if kind is Kind.MODIFIED else ()
        at = NOON + timedelta(milliseconds=step)
        yield Seen(Change(kind, before, after, what_differs), WATCHED, at, None, None, (step,))


def _told(seens: list[Seen]) -> list[Event]:
    """Every change that the events stand for, oldest first."""
    entries: list[Entry] = []
    storms, waiting = StormMemory(), tuple[Seen, ...]()
    for begin in range(0, STEPS + AT_ONCE, AT_ONCE):
        late = timedelta(seconds=200) if begin >= STEPS else timedelta(milliseconds=begin + AT_ONCE)
        context = Context(NOON + late, storms=storms)
        explained = explain([*waiting, *seens[begin : begin + AT_ONCE]], context)
        storms, waiting = explained.storms, explained.still_waiting
        entries += explained.events
    assert not waiting
    singles = [one for entry in entries for one in entry.members or (entry.event,)]
    return sorted(singles, key=lambda event: event.at)


@pytest.mark.parametrize("seed", range(10))
def test_the_last_word_on_each_path_is_what_is_so(seed: int) -> None:
    alive: dict[bytes, FileRecord] = {}
    there: dict[bytes, bool] = {}
    for event in _told(list(_course(random.Random(seed), alive))):  # noqa: S311 - a course
        if event.old_path is not None:
            there[event.old_path] = False
        there[event.path] = event.kind is not EventKind.REMOVED
    assert {path for path, is_there in there.items() if is_there} == alive.keys()
