"""Each change of a storm is counted once, whatever becomes of the process and its disk."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from agent.daemon.app import App
from agent.integrity.errors import EventsWriteError
from agent.integrity.events.event import EventFilter
from agent.integrity.events.store import EventStore, open_events
from agent.integrity.noise.context import Context, StormMemory
from agent.integrity.noise.explain import explain
from agent.integrity.noise.explained import Explained
from agent.integrity.seen import Seen
from tests.agent.integrity.live.test_telling import DrivenClock, Table
from tests.agent.integrity.noise.making import SOMEBODY, added, record, renamed

CHANGES = 60


@dataclass
class Storm(Table):
    """Folds as the watching process does; a process that ends forgets what it had told."""

    memory: StormMemory = field(default_factory=StormMemory)

    def explain(self, waiting: Sequence[Seen], now: datetime) -> Explained:
        explained = explain(waiting, Context(now, storms=self.memory))
        self.memory = explained.storms
        return explained

    def restart(self) -> None:
        self.memory = StormMemory()
        self.keeper = self.new_keeper()

    def one(self, number: int) -> Seen:
        path, at = f"{self.watched.path}/{number}", self.clock.now()
        made = record(path, b"same", inode=number)
        if number % 3:
            seen = added(made, SOMEBODY, at)
        else:
            seen = renamed(record(f"{path} cũ", b"same", inode=number), made, SOMEBODY, at)
        return Seen(seen.change, self.watched, at, None, seen.who, (number,))


@pytest.fixture
def storm(app: App) -> Iterator[Storm]:
    clock = DrivenClock()
    with open_events(app.home, app.keys.k_f, clock) as store:
        yield Storm(app, store, clock, app.config.integrity[0])


def take(storm: Storm, batch: Sequence[Seen], source: random.Random) -> None:
    """It is handed over again until it can be stored, or another process goes on."""
    while True:
        storm.store.fails = source.random() < 0.2  # type: ignore[attr-defined]
        try:
            storm.keeper.take(batch, batch[-1].numbers[0])
        except EventsWriteError:
            if source.random() < 0.1:
                storm.restart()
        else:
            return


@pytest.mark.parametrize("seed", range(8))
def test_small_batches_failures_and_restarts_lose_no_count(
    storm: Storm, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = random.Random(seed)  # noqa: S311 - chance, no secret
    append = EventStore.append

    def failing(store: EventStore, *given: object) -> object:
        if getattr(store, "fails", False):
            raise EventsWriteError(reason="full")
        return append(store, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "append", failing)
    left = [storm.one(number) for number in range(1, CHANGES + 1)]
    while left:
        size = source.randrange(1, 6)
        batch, left = left[:size], left[size:]
        take(storm, batch, source)
        storm.clock.sleep(source.choice([0.0, 0.01, 0.02]))
        if source.random() < 0.05:
            storm.restart()
    storm.store.fails = False  # type: ignore[attr-defined]
    storm.restart()
    for _ in range(10):
        storm.keeper.tick()
        storm.clock.sleep(10)
    events = list(storm.store.reader.newest_first(EventFilter()))
    assert sum(event.files for event in events) == CHANGES
    assert not storm.store.reader.waiting((storm.watched,))
