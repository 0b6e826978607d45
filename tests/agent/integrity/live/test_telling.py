"""What is stored is told: at once, in stretches, and after a crash once more just as it was."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.config.model import Watched
from agent.daemon.app import App
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.live_job import mark_file
from agent.daemon.work.integrity.live_keeper import LOOKED, Keeper
from agent.daemon.work.integrity.live_teller import Outlet, StatementTeller
from agent.daemon.work.sealed import sealed_head
from agent.files.names import path_bytes
from agent.integrity.events.event import EventKind, Head
from agent.integrity.events.store import EventStore, open_events
from agent.integrity.live.alive import Mark, Root
from agent.integrity.live.gaps import GapReason, WatchGap
from agent.integrity.noise.context import StormMemory
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.folding import entry_of
from agent.integrity.seen import Seen
from tests.agent.integrity.noise.making import added, record
from tests.agent.integrity.said import said
from wire.integrity_messages import FileEvents
from wire.messages import Gap

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class DrivenClock:
    moment_s: float = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.moment_s)

    def monotonic(self) -> float:
        return self.moment_s

    def sleep(self, seconds: float) -> None:
        self.moment_s += seconds


@dataclass
class Judges:
    """Hears everything, and finds nothing."""

    heard: list[Seen] = field(default_factory=list)
    judged_number: int = 0

    def take(self, seen: Sequence[Seen], number: int) -> None:
        self.heard += seen
        self.judged_number = number

    def clock_set(self, by_ns: int) -> None:
        pass

    def tick(self) -> None:
        pass


@dataclass
class Table:
    """A keeper with all its parts, and what can be turned on them."""

    app: App
    store: EventStore
    clock: DrivenClock
    watched: Watched
    judges: Judges = field(default_factory=Judges)
    nudges: int = 0
    waits_until: datetime | None = None

    def __post_init__(self) -> None:
        self.keeper = self.new_keeper()

    def new_keeper(self) -> Keeper:
        telling = Telling(self.app.pseudonyms, str)
        marks = mark_file(self.app)
        outlet = Outlet(self.app, telling, self.nudge, lambda _events: None, marks)
        teller = StatementTeller(outlet, self.store)
        waiting = self.store.reader.waiting((self.watched,))
        return Keeper(self.store, self.explain, self.judges, teller, self.clock, waiting)

    def nudge(self) -> None:
        self.nudges += 1

    def explain(self, waiting: Sequence[Seen], now: datetime) -> Explained:
        """Everything waits until a moment, as behind a package's installation."""
        if self.waits_until is not None and now < self.waits_until:
            return Explained((), tuple(waiting), StormMemory(), (), self.waits_until)
        return Explained(tuple(entry_of((one,), one) for one in waiting), (), StormMemory())

    def change(self, *names: str) -> list[Seen]:
        made = [added(record(f"{self.watched.path}/{name}")) for name in names]
        return [
            Seen(one.change, self.watched, NOW + timedelta(seconds=number), None, None)
            for number, one in enumerate(made)
        ]

    def told(self) -> list[tuple[int, int, int]]:
        """First, last and number of events of each statement, oldest first."""
        bodies = reversed(said(self.app, FileEvents))
        return [(one.first, one.last, len(one.events)) for one in bodies if one.events]


@pytest.fixture
def table(app: App, share: Path) -> Iterator[Table]:
    clock = DrivenClock()
    app = dataclasses.replace(app, clock=clock)
    with open_events(app.home, app.keys.k_f, clock, lambda: sealed_head(app)) as store:
        yield Table(app, store, clock, app.config.integrity[0])
    assert share.exists()


def test_a_change_is_stored_judged_and_told_with_a_nudge(table: Table) -> None:
    table.clock.sleep(1)
    table.keeper.take(table.change("a", "b"), 17)
    assert table.keeper.journal_number == 17
    assert len(table.judges.heard) == 2
    table.keeper.tick()
    assert table.told() == [(1, 2, 2)]
    assert table.nudges


def test_what_follows_within_a_moment_is_told_together(table: Table) -> None:
    table.clock.sleep(1)
    table.keeper.take(table.change("a"), 1)
    table.keeper.tick()
    for number, name in enumerate("bcd", start=2):
        table.keeper.take(table.change(name), number)
        wait_s = table.keeper.tick()
        assert wait_s is not None
        assert wait_s <= 0.31
    table.clock.sleep(0.31)
    table.keeper.tick()
    assert table.told() == [(1, 1, 1), (2, 4, 3)]


def test_what_waits_for_an_explanation_is_told_when_its_time_has_come(table: Table) -> None:
    table.waits_until = NOW + timedelta(seconds=30)
    table.keeper.take(table.change("a"), 5)
    assert table.keeper.tick() == pytest.approx(0.3, abs=30)
    assert table.told() == []
    assert len(table.store.reader.waiting((table.watched,))) == 1
    table.clock.sleep(31)
    table.keeper.tick()
    table.keeper.tick()
    assert [last for _, last, _ in table.told()] == [1]
    assert not table.store.reader.waiting((table.watched,))


def test_what_waited_when_the_process_died_is_explained_by_the_next(table: Table) -> None:
    table.waits_until = NOW + timedelta(hours=1)
    table.keeper.take(table.change("a"), 5)
    table.waits_until = None
    table.clock.sleep(1)
    following = table.new_keeper()
    table.clock.sleep(1)
    following.tick()  # though nothing else changes
    assert [last for _, last, _ in table.told()] == [1]


def test_a_crash_between_sealing_and_noting_tells_the_same_stretch_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.clock.sleep(1)
    table.keeper.take(table.change("a", "b"), 1)
    with monkeypatch.context() as crashing:
        crashing.setattr(EventStore, "note_told", lambda _store, _head: None)
        table.keeper.tick()
    following = table.new_keeper()
    table.clock.sleep(1)
    following.take(table.change("c"), 2)
    following.tick()
    assert table.told() == [(1, 2, 2), (1, 2, 2), (3, 3, 1)]
    assert table.store.told().number == 3


def test_a_gap_is_told_at_once_and_its_closing_is_no_second_gap(table: Table) -> None:
    table.clock.sleep(1)
    gap = WatchGap(table.watched, GapReason.OVERFLOW, NOW, NOW + timedelta(seconds=1))
    table.keeper.gap(gap)
    table.keeper.tick()
    table.clock.sleep(1)
    table.keeper.gap(WatchGap(table.watched, gap.reason, gap.since, gap.at, closed=True))
    table.keeper.tick()
    assert [one.reason for one in said(table.app, Gap)] == ["overflow"]
    events = table.store.reader.events()
    assert [(one.kind, one.explained_by) for one in events] == [
        (EventKind.GAP, ""),
        (EventKind.GAP, LOOKED),
    ]


def test_that_nothing_happened_while_it_was_watched_is_told_now_and_then(table: Table) -> None:
    at_ns = int(NOW.timestamp()) * 1_000_000_000
    root = Root(path_bytes(table.watched.path), "fanotify", there=True, heard_from_ns=at_ns)
    root = replace(root, held_ns=at_ns + 10**9)
    mark_file(table.app).write(Mark("b", 1, at_ns, 1, at_ns, (root,)))
    table.keeper.tick()
    assert table.told() == []
    table.clock.sleep(901)
    table.keeper.tick()
    body = said(table.app, FileEvents)[0]
    assert (body.watching, body.watched_from, body.events) == ("fanotify", NOW, ())
    assert table.nudges


def test_it_is_told_soon_and_every_quarter_of_an_hour_however_much_changes(table: Table) -> None:
    at_ns = int(NOW.timestamp()) * 1_000_000_000
    root = Root(path_bytes(table.watched.path), "fanotify", True, at_ns, at_ns + 10**9)  # noqa: FBT003
    mark_file(table.app).write(Mark("b", 1, at_ns, 1, at_ns, (root,)))
    for number in range(40):
        table.clock.sleep(60)
        table.keeper.take(table.change(f"{number}.txt"), number)
        table.keeper.tick()
    assert len([body for body in said(table.app, FileEvents) if body.watching]) == 3
    assert len(table.told()) == 40


def test_a_head_is_known_from_the_sealed_statements_alone(table: Table) -> None:
    assert sealed_head(table.app) == Head()
    table.clock.sleep(1)
    table.keeper.take(table.change("a"), 1)
    table.keeper.tick()
    assert sealed_head(table.app) == table.store.reader.head()
