"""Whether everything in the event database is as this agent stored it."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from agent.integrity.events.rows import (
    MIGRATIONS,
    Broken,
    Checkpoint,
    State,
    checkpoint_link,
    member_bodies,
    read_rows,
    read_state,
)
from agent.integrity.events.waiting import read_waiting
from agent.state.damage import is_damage
from agent.state.shape import has_our_shape

_PAGE = 2_000


class Trouble(StrEnum):
    """What is wrong with stored events."""

    NONE = ""
    CHANGED = "changed"  # a row is not the one that we stored, or one is missing
    FOREIGN = "foreign"  # a table, view or trigger is there that we did not make
    DAMAGED = "damaged"  # the file cannot be read


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer; `number` is the first event that does not fit, 0 where none can be named."""

    trouble: Trouble
    number: int = 0
    events: int = 0


def prove(connection: sqlite3.Connection, key: bytes) -> Proof:
    """Read everything, in one look at the database.

    Raises:
        sqlite3.OperationalError: it cannot be read now, which says nothing about it.
    """
    try:
        connection.execute("BEGIN")
        try:
            return _prove(connection, key)
        finally:
            connection.execute("ROLLBACK")
    except Broken as broken:
        return Proof(Trouble.CHANGED, broken.number)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return Proof(Trouble.DAMAGED)


def _prove(connection: sqlite3.Connection, key: bytes) -> Proof:
    if not has_our_shape(connection, MIGRATIONS):
        return Proof(Trouble.FOREIGN)
    state = read_state(connection, key)
    checked = members = 0
    for low in range(state.first, state.number + 1, _PAGE):
        rows = read_rows(connection, key, state, low, min(low + _PAGE - 1, state.number))
        checked += len(rows)
        members += sum(len(member_bodies(connection, row)) for row in rows)
    _demand(state.number >= state.first or _is_empty(state))
    _demand(checked == _count(connection, "events") and members == _count(connection, "members"))
    read_waiting(connection, key, state)
    _prove_checkpoints(connection, key, state)
    return Proof(Trouble.NONE, events=checked)


def _prove_checkpoints(connection: sqlite3.Connection, key: bytes, state: State) -> None:
    """What was pruned: one stretch after the other, up to the oldest event that is kept."""
    previous, following = "", None
    query = "SELECT number, body, link FROM checkpoints ORDER BY number"
    for number, body, link in connection.execute(query):
        _demand(checkpoint_link(key, number, body) == link)
        one = msgspec.msgpack.decode(body, type=Checkpoint)
        _demand(one.previous == previous and following in (None, one.first))
        previous, following = link, one.last + 1
    _demand(previous == state.checkpoint and following in (None, state.first))


def _is_empty(state: State) -> bool:
    return (state.number, state.link) == (state.first - 1, state.base)


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _demand(holds: bool) -> None:  # noqa: FBT001 - what is demanded is the sentence itself
    if not holds:
        raise Broken
