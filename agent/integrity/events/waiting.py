"""Seen changes that wait for an explanation, as they lie on disk.

While a package is being installed nobody knows yet what explains its files. What waits is stored
in the transaction that marks it as consumed, so that a crash neither loses nor doubles it.
"""

import contextlib
import os
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent.config.model import Watched
from agent.files.names import path_bytes
from agent.integrity.change import Change
from agent.integrity.events.rows import Broken, State, add_seal, encode, waiting_seal
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who


class Stored(Struct, frozen=True):
    """A `Seen`, with the watched path by its name: the rest of it is the configuration's."""

    watched: bytes
    change: Change
    at: datetime
    since: datetime | None
    who: Who | None
    numbers: tuple[int, ...] = ()
    others: tuple[Who, ...] = ()


_decode = msgspec.msgpack.Decoder(Stored).decode


def encoded(seen: Seen) -> bytes:
    watched = path_bytes(seen.watched.path)
    return encode(
        Stored(watched, seen.change, seen.at, seen.since, seen.who, seen.numbers, seen.others)
    )


def decoded(body: bytes, watched: Sequence[Watched]) -> Seen:
    """What is not watched any more is told with the defaults: it happened all the same."""
    one = _decode(body)
    known = next((item for item in watched if path_bytes(item.path) == one.watched), None)
    return Seen(
        one.change,
        known or Watched(path=Path(os.fsdecode(one.watched) or "/")),
        one.at,
        one.since,
        one.who,
        one.numbers,
        one.others,
    )


def read_waiting(
    connection: sqlite3.Connection, key: bytes, state: State
) -> list[tuple[int, bytes]]:
    """All that waits, oldest first.

    Raises:
        Broken: one is missing, strange or doubled.
    """
    rows: list[tuple[int, bytes]] = []
    total = ""
    for number, body, seal in connection.execute("SELECT id, body, seal FROM waiting ORDER BY id"):
        if waiting_seal(key, number, body) != seal:
            raise Broken
        rows.append((number, body))
        total = add_seal(total, seal)
    if len(rows) != state.waiting or int(total or "0", 16) != int(state.waiting_sum or "0", 16):
        raise Broken
    return rows


def replace_waiting(
    connection: sqlite3.Connection, key: bytes, state: State, wanted: Sequence[bytes]
) -> State:
    """Let exactly these wait from now on; what waits already is not written again."""
    kept = defaultdict[bytes, list[int]](list)
    rows = read_waiting(connection, key, state)
    for number, body in rows:
        kept[body].append(number)
    new = [body for body in wanted if not (kept[body] and kept[body].pop())]
    gone = [(number, body) for body, numbers in kept.items() for number in numbers]
    total = state.waiting_sum
    for number, body in gone:
        connection.execute("DELETE FROM waiting WHERE id = ?", (number,))
        total = add_seal(total, waiting_seal(key, number, body))
    following = max((number for number, _ in rows), default=0) + 1
    for number, body in enumerate(new, following):
        seal = waiting_seal(key, number, body)
        connection.execute("INSERT INTO waiting VALUES (?, ?, ?)", (number, body, seal))
        total = add_seal(total, seal)
    return replace(state, waiting=len(wanted), waiting_sum=total)


def salvaged(connection: sqlite3.Connection, key: bytes) -> list[bytes]:
    """What waits in a file that does not hold: every row that bears our seal."""
    bodies: list[bytes] = []
    with contextlib.suppress(sqlite3.DatabaseError):
        for number, body, seal in connection.execute("SELECT id, body, seal FROM waiting"):
            if waiting_seal(key, number, body) == seal:
                bodies.append(body)
    return bodies
