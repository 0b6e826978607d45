"""Events are stored once, in order, with what waits, whatever happens in between."""

import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Watched
from agent.integrity.errors import (
    EventsElsewhereError,
    EventsWriteError,
    NoSuchEventError,
)
from agent.integrity.events.event import EVERYTHING, EventFilter, EventKind, Head
from agent.integrity.events.store import EventStore, open_events
from agent.state import gaps
from tests.agent.integrity.events.made import BEGIN, KEY, ROOT, entries, event, folded, seen

WATCHED = (Watched(path=Path("/srv/share")),)
CLOCK = SystemClock()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[EventStore]:
    with open_events(home, KEY, CLOCK) as opened:
        yield opened


def numbers(store: EventStore, chosen: EventFilter = EVERYTHING) -> list[int]:
    return [one.number for one in store.reader.events(chosen)]


def test_events_are_numbered_from_one_and_come_back_as_they_were(store: EventStore) -> None:
    stored = store.append(entries(1, 3))
    assert [one.number for one in stored] == [1, 2, 3]
    assert store.reader.events() == stored
    assert store.reader.event(2) == stored[1]
    assert store.reader.head().number == 3
    assert store.holds()


def test_the_newest_are_told_oldest_first(store: EventStore) -> None:
    store.append(entries(1, 30))
    assert [one.number for one in store.reader.events(most=3)] == [28, 29, 30]


def test_more_than_one_page_comes_back_whole(store: EventStore) -> None:
    store.append(entries(1, 2_500))
    assert numbers(store) == list(range(1, 2_501))
    assert numbers(store, EventFilter(after=2_498)) == [2_499, 2_500]


def test_what_is_folded_into_an_event_can_be_listed(store: EventStore) -> None:
    (one,) = store.append((folded(1, 40),))
    assert one.files == 40
    assert [member.path for member in store.reader.members(1)] == [
        b"%b/%d.txt" % (ROOT, number) for number in range(1, 41)
    ]
    assert store.reader.members(store.append(entries(50, 1))[0].number) == ()


def test_the_journal_and_what_waits_are_stored_with_the_events(home: Home) -> None:
    waiting = (seen(1), seen(2))
    with open_events(home, KEY, CLOCK) as store:
        store.append((), 7, waiting)
    with open_events(home, KEY, CLOCK) as store:
        assert store.journal_number == 7
        assert store.reader.waiting(WATCHED) == waiting
        store.append(entries(1, 1), 9, waiting[1:])
        assert store.reader.waiting(WATCHED) == waiting[1:]
        store.append(entries(2, 1))
        assert (store.journal_number, store.reader.waiting(WATCHED)) == (9, waiting[1:])
        assert store.holds()


def test_the_same_change_may_wait_twice(store: EventStore) -> None:
    store.append((), 1, (seen(1), seen(1)))
    assert store.reader.waiting(WATCHED) == (seen(1), seen(1))
    store.append((), 1, (seen(1),))
    assert store.reader.waiting(WATCHED) == (seen(1),)
    assert store.holds()


def test_what_is_not_watched_any_more_is_not_forgotten(store: EventStore) -> None:
    store.append((), 1, (seen(1),))
    (kept,) = store.reader.waiting(())
    assert kept.watched.path == Path("/srv/share")


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (EventFilter(), [1, 2, 3]),
        (EventFilter(after=2), [3]),
        (EventFilter(since=event(2).at), [2, 3]),
        (EventFilter(until=event(2).at), [1]),
        (EventFilter(below=ROOT), [1, 2, 3]),
        (EventFilter(below=ROOT + b"/1.txt"), [1]),
        (EventFilter(below=ROOT + b"/12.txt"), [3]),  # inside the folded one
        (EventFilter(below=b"/srv/shar"), []),
        (EventFilter(watched=frozenset({b"/etc"})), []),
        (EventFilter(kinds=frozenset({EventKind.GAP})), []),
        (EventFilter(uid=1001), [1, 2, 3]),
        (EventFilter(uid=0), []),
        (EventFilter(program="vim"), [1, 2, 3]),
        (EventFilter(program="/usr/bin/vim", below=ROOT + b"/2.txt"), [2]),
        (EventFilter(client="hoa"), []),
        (EventFilter(explained=False), [1, 2]),
        (EventFilter(explained=True), [3]),
        (EventFilter(explained_by="package"), [3]),
    ],
)
def test_a_filter_finds_what_it_says(
    store: EventStore, chosen: EventFilter, found: list[int]
) -> None:
    store.append((*entries(1, 2), folded(10, 5)))
    assert numbers(store, chosen) == found


def test_an_event_that_is_not_kept_is_named(store: EventStore) -> None:
    store.append(entries(1, 2))
    with pytest.raises(NoSuchEventError, match="1 to 2"):
        store.reader.event(3)


def test_old_events_that_were_told_are_pruned_and_the_chain_holds(store: EventStore) -> None:
    store.append(entries(1, 10))
    before = store.reader.link_at(4)
    assert store.prune(event(5).at, 100) == 0  # nothing was told yet
    store.note_told(Head(8, store.reader.link_at(8)))
    assert store.prune(event(5).at, 100) == 4
    assert numbers(store) == [5, 6, 7, 8, 9, 10]
    assert store.reader.link_at(4) == before
    assert store.prune(event(5).at, 3) == 3  # too many; those that were told
    assert store.prune(BEGIN, 1) == 1
    assert numbers(store) == [9, 10]
    store.append(entries(11, 1))
    assert store.holds()


def test_everything_may_be_pruned(store: EventStore) -> None:
    store.append((folded(1, 3),))
    store.note_told(store.reader.head())
    assert store.prune(event(100).at, 0) == 1
    assert store.holds()
    assert [one.number for one in store.append(entries(2, 1))] == [2]
    assert store.holds()


def test_another_process_may_add_but_only_one_consumes(home: Home, store: EventStore) -> None:
    store.append(entries(1, 1), 5)
    with open_events(home, KEY, CLOCK) as other:
        other.append(entries(2, 1))
        store.append(entries(3, 1), 6)
        with pytest.raises(EventsElsewhereError):
            other.append(entries(4, 1), 6)
    assert numbers(store) == [1, 2, 3]
    assert store.holds()


def test_a_full_disk_loses_nothing(home: Home, store: EventStore) -> None:
    store.append(entries(1, 1), 1)
    file = store._file.connection  # noqa: SLF001 - the disk is made full for this one
    pages = file.execute("PRAGMA page_count").fetchone()[0]
    file.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(EventsWriteError, match="full"):
        store.append((folded(2, 3_000),), 2)
    file.execute("PRAGMA max_page_count = 100000")
    assert (store.journal_number, numbers(store), store.take_loss()) == (1, [1], "")
    store.append((folded(2, 3_000),), 2)
    assert (store.journal_number, numbers(store)) == (2, [1, 2])
    assert not gaps.waiting(home)


def test_a_state_that_may_not_be_written_is_told_and_not_called_damaged(
    home: Home, store: EventStore
) -> None:
    store.append(entries(1, 1), 1)
    store._file.connection.execute("PRAGMA query_only = 1")  # noqa: SLF001 - as on such a disk
    with pytest.raises(EventsWriteError, match="readonly"):
        store.append(entries(2, 1), 2)
    store._file.connection.execute("PRAGMA query_only = 0")  # noqa: SLF001
    store.append(entries(2, 1), 2)
    assert numbers(store) == [1, 2]
    assert not gaps.waiting(home)


def test_killed_at_any_moment_no_event_is_lost_and_none_is_there_twice(home: Home) -> None:
    """The consumer goes on from the stored number; each transition gives one event."""
    context = multiprocessing.get_context("fork")
    with open_events(home, KEY, CLOCK):
        pass
    for _ in range(8):
        child = context.Process(target=_consume, args=(home,))
        child.start()
        began = _consumed(home)
        deadline = time.monotonic() + 20
        while _consumed(home) < began + 3 and time.monotonic() < deadline:
            time.sleep(0.002)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
    with open_events(home, KEY, CLOCK) as store:
        sizes = [one.size for one in store.reader.events()]
        waiting = [one.numbers[0] for one in store.reader.waiting(WATCHED)]
        assert sizes + waiting == list(range(1, store.journal_number + 1))
        assert len(sizes) > 20
        assert (store.take_loss(), store.holds()) == ("", True)


def _consume(home: Home) -> None:
    """What a watcher does: the newest transition waits, the one before becomes an event."""
    with open_events(home, KEY, CLOCK) as store:
        while True:
            number = store.journal_number + 1
            store.append(entries(number - 1, 1) if number > 1 else (), number, (seen(number),))


def _consumed(home: Home) -> int:
    connection = sqlite3.connect(home.database("events"), timeout=30)
    try:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])
    finally:
        connection.close()


def test_a_hundred_events_take_one_short_transaction(store: EventStore) -> None:
    store.append(entries(1, 100))
    best = min(_timed(store, first) for first in range(101, 1_101, 100))
    assert best < 0.02


def _timed(store: EventStore, first: int) -> float:
    began = time.perf_counter()
    store.append(entries(first, 100))
    return time.perf_counter() - began
