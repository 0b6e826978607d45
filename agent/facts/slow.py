"""Facts that take minutes: the daemon collects them at their pace, checks read its memory."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

import msgspec

from agent.clock import Clock
from agent.config.home import Home
from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.host import Host
from agent.state.database import open_state
from agent.state.spoken import SpokenConnection

FactType = TypeVar("FactType")

CLOCK_SLACK = timedelta(minutes=5)  # later than now by more: the clock was wrong then, or is now

_MIGRATIONS = (
    """CREATE TABLE slow_fact (
        name TEXT PRIMARY KEY,
        collected_at TEXT NOT NULL,
        payload BLOB NOT NULL,
        source TEXT NOT NULL,
        reason TEXT NOT NULL,
        absent INTEGER NOT NULL
    )""",
)


@dataclass(frozen=True)
class SlowFact(Generic[FactType]):
    """How to collect it, how often, and how long the answer may be believed."""

    name: str
    kind: type[FactType]
    collect: Callable[[Host], FactType]
    pace: timedelta
    believed_for: timedelta


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last collection gave: a fact, or why there is none."""

    collected_at: datetime
    payload: bytes = b""
    source: str = ""
    reason: str = ""
    absent: bool = False


class SlowFacts(Protocol):
    """The store of what was collected."""

    def recall(self, name: str) -> Memory | None: ...

    def remember(self, name: str, memory: Memory) -> None: ...


def is_due(fact: SlowFact[FactType], store: SlowFacts, now: datetime) -> bool:
    memory = store.recall(fact.name)
    return memory is None or now - memory.collected_at >= fact.pace or memory.collected_at > now


def collect(fact: SlowFact[FactType], host: Host, clock: Clock, store: SlowFacts) -> None:
    """Ask now and remember the answer, also that there was none."""
    try:
        memory = Memory(clock.now(), msgspec.json.encode(fact.collect(host)))
    except UnreadableFactError as error:
        memory = Memory(clock.now(), source=error.source, reason=error.reason)
    except SubjectAbsentError as error:
        memory = Memory(clock.now(), source=error.evidence, reason=error.reason, absent=True)
    store.remember(fact.name, memory)


def recalled(
    fact: SlowFact[FactType], store: SlowFacts, now: datetime
) -> tuple[FactType, datetime]:
    """The remembered fact and when it was so.

    Raises:
        UnreadableFactError: never collected, could not be collected, or its time is too long ago or
            has not come yet, so that nobody can say how old it is.
        SubjectAbsentError: there was nothing to collect.
    """
    memory = store.recall(fact.name)
    if memory is None:
        raise UnreadableFactError(fact.name, "not_collected")
    if not -CLOCK_SLACK <= now - memory.collected_at <= fact.believed_for:
        raise UnreadableFactError(fact.name, "stale", memory.collected_at.isoformat())
    if memory.absent:
        raise SubjectAbsentError(memory.reason, memory.source)
    if memory.reason:
        raise UnreadableFactError(memory.source, memory.reason)
    try:
        return msgspec.json.decode(memory.payload, type=fact.kind), memory.collected_at
    except msgspec.MsgspecError as error:
        raise UnreadableFactError(fact.name, "not_collected", "of an older version") from error


class PassingSlowFacts:
    """A store for one look, where nothing may be kept."""

    def __init__(self) -> None:
        self._memories: dict[str, Memory] = {}

    def recall(self, name: str) -> Memory | None:
        return self._memories.get(name)

    def remember(self, name: str, memory: Memory) -> None:
        self._memories[name] = memory


class StoredSlowFacts:
    """The store in `facts.sqlite`; its values never leave the host."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def recall(self, name: str) -> Memory | None:
        row = self._connection.execute(
            "SELECT collected_at, payload, source, reason, absent FROM slow_fact WHERE name = ?",
            (name,),
        ).fetchone()
        if row is None:
            return None
        at, payload, source, reason, absent = row
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return Memory(moment, payload, source, reason, bool(absent))

    def remember(self, name: str, memory: Memory) -> None:
        at = memory.collected_at.isoformat()
        row = (name, at, memory.payload, memory.source, memory.reason, memory.absent)
        self._connection.execute("INSERT OR REPLACE INTO slow_fact VALUES (?,?,?,?,?,?)", row)

    def close(self) -> None:
        self._connection.close()


def open_slow_facts(home: Home, clock: Clock) -> StoredSlowFacts:
    return StoredSlowFacts(open_state(home, "facts", _MIGRATIONS, clock, SpokenConnection))
