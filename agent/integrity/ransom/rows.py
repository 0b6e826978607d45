"""The rows of suspicion.sqlite, each under a keyed seal, and the chain of what was done to them.

A row's seal says that we wrote it. One sealed row says which of them are there now, and where the
chain ends, so that none can be removed, or put back as it once was, by somebody without the key.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec
from msgspec import Struct

from agent.integrity.events.rows import Broken
from wire.pseudonym import pseudonym

PURPOSE = "suspicion"  # the file's name in the state folder
MIGRATIONS = (
    """
    CREATE TABLE suspicions (
      id TEXT PRIMARY KEY, watched BLOB NOT NULL, at_ns INTEGER NOT NULL,
      suspicion BLOB NOT NULL, version INTEGER NOT NULL,
      answer BLOB NOT NULL, answered INTEGER NOT NULL DEFAULT 0,  -- the version it answers
      dismissed_at_ns INTEGER, dismissed_by TEXT NOT NULL DEFAULT '',
      dismissed_why TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE canaries (
      path BLOB PRIMARY KEY, watched BLOB NOT NULL, sha256 BLOB NOT NULL,
      made_at_ns INTEGER NOT NULL, dropped_at_ns INTEGER  -- ours no more
    );
    """,
    "CREATE TABLE signs (watched BLOB PRIMARY KEY, signs BLOB NOT NULL);",
    """
    CREATE TABLE kept (
      kind TEXT NOT NULL, name BLOB NOT NULL, body BLOB NOT NULL, seal TEXT NOT NULL,
      PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE acts (
      number INTEGER PRIMARY KEY, digest BLOB NOT NULL, link TEXT NOT NULL
    ) STRICT;
    CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 0), body BLOB NOT NULL, seal TEXT NOT NULL
    ) STRICT;
    """,
)
FORMER = ("suspicions", "canaries", "signs")  # tables without seals, empty since they were adopted
SUSPICION, CANARY, SIGNS = "suspicion", "canary", "signs"
JUDGED = "judged"  # how far the signs go
_CHAINED = frozenset({SUSPICION, CANARY})  # signs change all the time, and are no act
Name = tuple[str, bytes]
Rows = Mapping[Name, bytes]  # of what kind, of what -> what is kept
encode = msgspec.msgpack.Encoder().encode


class State(Struct, frozen=True):
    """Where the file stands; one row."""

    number: int = 0  # of the newest act
    link: str = ""
    digest: str = ""  # of all rows' seals
    revision: int = 0  # how often anything was changed


def read(connection: sqlite3.Connection, key: bytes) -> tuple[State, dict[Name, bytes]]:
    """Everything that is kept, checked; only of the chain no more than the end is read.

    Raises:
        Broken: something is not as we left it.
    """
    state = read_state(connection, key)
    rows: dict[Name, bytes] = {}
    for kind, name, body, seal in connection.execute("SELECT kind, name, body, seal FROM kept"):
        if row_seal(key, (kind, name), body) != seal:
            raise Broken
        rows[kind, name] = body
    if digest_of(key, rows) != state.digest or link_at(connection, state.number) != state.link:
        raise Broken
    if any(_has_rows(connection, table) for table in FORMER):
        raise Broken
    return state, rows


def write(
    connection: sqlite3.Connection, key: bytes, state: State, before: Rows, after: Rows
) -> State:
    """Make `after` of `before`; each change is an act."""
    number, link = state.number, state.link
    for name in sorted(before.keys() | after.keys()):
        body = after.get(name)
        if before.get(name) == body:
            continue
        _write_row(connection, key, name, body)
        if name[0] in _CHAINED:
            number += 1
            digest = sha256(encode((*name, body))).digest()
            link = act_link(key, link, number, digest)
            connection.execute("INSERT INTO acts VALUES (?, ?, ?)", (number, digest, link))
    made = State(number, link, digest_of(key, after), state.revision + 1)
    body = encode(made)
    connection.execute(
        "INSERT OR REPLACE INTO state VALUES (0, ?, ?)", (body, _state_seal(key, body))
    )
    return made


def read_state(connection: sqlite3.Connection, key: bytes) -> State:
    """Where the file stands.

    Raises:
        Broken: the row is not the one that we sealed.
    """
    row = connection.execute("SELECT body, seal FROM state").fetchone()
    if row is None or _state_seal(key, row[0]) != row[1]:
        raise Broken
    return msgspec.msgpack.decode(row[0], type=State)


def prove_acts(connection: sqlite3.Connection, key: bytes, state: State) -> None:
    """The whole chain, from the first act to the end that was sealed.

    Raises:
        Broken: an act is missing, changed, or too many.
    """
    expected, link = 0, ""
    for number, digest, found in connection.execute("SELECT * FROM acts ORDER BY number"):
        expected += 1
        link = act_link(key, link, expected, digest)
        if (number, found) != (expected, link):
            raise Broken(expected)
    if (expected, link) != (state.number, state.link):
        raise Broken(expected)


def salvaged(connection: sqlite3.Connection, key: bytes) -> dict[Name, bytes]:
    """Every row of a file that does not hold which bears our seal: it was true at some time."""
    rows: dict[Name, bytes] = {}
    try:
        for kind, name, body, seal in connection.execute("SELECT kind, name, body, seal FROM kept"):
            if row_seal(key, (kind, name), body) == seal:
                rows[kind, name] = body
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return rows  # the rest cannot be read; that it was lost is told
    return rows


def is_untouched(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever kept under a seal here."""
    return not any(_has_rows(connection, table) for table in ("state", "kept", "acts"))


def link_at(connection: sqlite3.Connection, number: int) -> str:
    """The link of an act; empty before the first, and where there is no such act."""
    row = connection.execute("SELECT link FROM acts WHERE number = ?", (number,)).fetchone()
    return "" if row is None else str(row[0])


def row_seal(key: bytes, name: Name, body: object) -> str:
    return pseudonym(key, "suspicion.row", encode((*name, body)))


def act_link(key: bytes, previous: str, number: int, digest: object) -> str:
    return pseudonym(key, "suspicion.act", encode((previous, number, digest)))


def _state_seal(key: bytes, body: object) -> str:
    return pseudonym(key, "suspicion.state", encode(body))


def digest_of(key: bytes, rows: Rows) -> str:
    seals: Iterable[str] = (row_seal(key, name, rows[name]) for name in sorted(rows))
    return sha256("".join(seals).encode()).hexdigest()


def _write_row(connection: sqlite3.Connection, key: bytes, name: Name, body: bytes | None) -> None:
    if body is None:
        connection.execute("DELETE FROM kept WHERE kind = ? AND name = ?", name)
        return
    row = (*name, body, row_seal(key, name, body))
    connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    query = f"SELECT 1 FROM {table} LIMIT 1"  # noqa: S608 - our own names
    return connection.execute(query).fetchone() is not None
