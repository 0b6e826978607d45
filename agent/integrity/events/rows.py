"""The tables of the event database, and the keyed links that hold their rows together.

Every event's link is a keyed digest over the link before it and the event itself. Where the chain
stands, what waits and what was consumed is one row with a keyed seal of its own, so that nothing
can be taken from the end either. Nobody without the facility's key can make a link or a seal.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from agent.integrity.events.event import Event, Head
from wire.pseudonym import pseudonym

PURPOSE = "events"  # the file's name in the state folder
MIGRATIONS = (
    """
    CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 0), body BLOB NOT NULL, seal TEXT NOT NULL
    ) STRICT;
    CREATE TABLE events (
      number INTEGER PRIMARY KEY, body BLOB NOT NULL,
      inside BLOB NOT NULL,  -- digest of the members
      link TEXT NOT NULL
    ) STRICT;
    CREATE TABLE members (
      event INTEGER NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL,
      PRIMARY KEY (event, place)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE waiting (id INTEGER PRIMARY KEY, body BLOB NOT NULL, seal TEXT NOT NULL) STRICT;
    CREATE TABLE checkpoints (
      number INTEGER PRIMARY KEY, body BLOB NOT NULL, link TEXT NOT NULL
    ) STRICT;
    """,
)
EMPTY = hashlib.sha256().digest()  # `inside` of an event that nothing is folded into
encode = msgspec.msgpack.Encoder().encode
decode_event = msgspec.msgpack.Decoder(Event).decode


class Covering(Struct, frozen=True):
    """An approval that covers changes which may not be stored yet."""

    watched: bytes
    upto: int  # number of the newest transition of the ledger's journal that was approved
    event: int  # number of the approval
    part: bool  # only what it names


class State(Struct, frozen=True):
    """Where the chain stands; one row."""

    first: int = 1  # number of the oldest event that is kept
    base: str = ""  # the link before it
    number: int = 0
    link: str = ""
    journal: int = 0  # newest transition of the ledger's journal that was consumed
    told: int = 0  # newest event that stands in a sealed statement
    told_link: str = ""
    waiting: int = 0  # how many changes wait for an explanation
    waiting_sum: str = ""  # of their seals, whatever their order
    checkpoint: str = ""  # link of the newest checkpoint
    revision: int = 0  # how often anything was changed
    approved: dict[bytes, str] = {}  # watched path -> head of the baselines at its last approval
    covering: tuple[Covering, ...] = ()  # oldest first
    watched: tuple[bytes, ...] | None = None  # as configured last; None: nobody ever said
    at_work: dict[bytes, datetime] = {}  # of these, where only attacks are an alarm; since when
    patterns: dict[bytes, bytes] = {}  # of these, a digest of what is left out there

    @property
    def head(self) -> Head:
        return Head(self.number, self.link)


class Checkpoint(Struct, frozen=True):
    """What was pruned in one go: all that can still be said of it."""

    first: int
    last: int
    link: str  # of event `last`: what is kept goes on from here
    pruned_at: int  # seconds since 1970
    from_at: int
    to_at: int
    unexplained: int  # events
    previous: str  # link of the checkpoint before


class EventRow(Struct, frozen=True):
    """One row of the chain, checked."""

    number: int
    body: bytes
    inside: bytes
    link: str


class Broken(Exception):  # noqa: N818 - a finding, turned into an error of ours at the edge
    """The chain does not hold at this number; 0 where no number can be named."""

    def __init__(self, number: int = 0, reason: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.reason = reason


def event_link(key: bytes, previous: str, number: int, body: object, inside: object) -> str:
    return pseudonym(key, "event", encode((previous, number, body, inside)))


def checkpoint_link(key: bytes, number: int, body: object) -> str:
    return pseudonym(key, "event.checkpoint", encode((number, body)))


def waiting_seal(key: bytes, row: int, body: object) -> str:
    return pseudonym(key, "event.waiting", encode((row, body)))


def add_seal(total: str, seal: str) -> str:
    """Take a seal into the sum, or out of it again."""
    return f"{int(total or '0', 16) ^ int(seal[1:], 16):032x}"


def digest_of(bodies: Iterable[bytes]) -> bytes:
    total = hashlib.sha256()
    for body in bodies:
        total.update(encode(body))
    return total.digest()


def read_state(connection: sqlite3.Connection, key: bytes) -> State:
    """Where the chain stands.

    Raises:
        Broken: the row is not the one that we sealed.
    """
    row = connection.execute("SELECT body, seal FROM state").fetchone()
    if row is None:
        raise Broken
    body, seal = row
    if pseudonym(key, "event.state", encode(body)) != seal:
        raise Broken
    return msgspec.msgpack.decode(body, type=State)


def write_state(connection: sqlite3.Connection, key: bytes, state: State) -> None:
    body = encode(state)
    seal = pseudonym(key, "event.state", encode(body))
    connection.execute("INSERT OR REPLACE INTO state VALUES (0, ?, ?)", (body, seal))


def read_rows(
    connection: sqlite3.Connection, key: bytes, state: State, low: int, high: int
) -> list[EventRow]:
    """The events `low` to `high`, all of them, each with the link that follows from the one before.

    Raises:
        Broken: one is missing, or is not the one that we stored.
    """
    previous = link_at(connection, state, low - 1)
    rows: list[EventRow] = []
    found = connection.execute(
        "SELECT number, body, inside, link FROM events WHERE number BETWEEN ? AND ?"
        " ORDER BY number",
        (low, high),
    )
    for expected, row in zip(range(low, high + 1), found, strict=False):
        if row[0] != expected or event_link(key, previous, *tuple(row)[:3]) != row[3]:
            raise Broken(expected)
        rows.append(EventRow(*row))
        previous = row[3]
    if len(rows) != high - low + 1:
        raise Broken(low + len(rows))
    if high == state.number and previous != state.link:
        raise Broken(high)
    return rows


def member_bodies(connection: sqlite3.Connection, row: EventRow) -> list[bytes]:
    """What is folded into the event.

    Raises:
        Broken: it is not what we stored.
    """
    if row.inside == EMPTY:
        return []
    query = "SELECT body FROM members WHERE event = ? ORDER BY place"
    bodies = [body for (body,) in connection.execute(query, (row.number,))]
    if digest_of(bodies) != row.inside:
        raise Broken(row.number)
    return bodies


def link_at(connection: sqlite3.Connection, state: State, number: int) -> str:
    """The head as it was when this event was the newest; that before the oldest, too.

    Raises:
        Broken: there is no such event.
    """
    if number == state.first - 1:
        return state.base
    row = connection.execute("SELECT link FROM events WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise Broken(number)
    return str(row[0])
