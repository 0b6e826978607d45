"""Reads back from a damaged outbox what was not acknowledged and is still whole."""

import contextlib
import sqlite3
from collections.abc import Iterator

from agent.config.home import Home
from agent.state import gaps
from agent.state.damage import connect_to_look
from wire.envelope import open_envelope
from wire.errors import WireError
from wire.keys import PublicKey

_QUERY = """SELECT raw FROM envelopes
    WHERE acknowledged_at IS NULL AND resealed_at IS NULL ORDER BY position"""


def read_back(home: Home, public: PublicKey) -> list[tuple[str, bytes]]:
    """Kind and bytes of every envelope in the outbox last set aside that our key still verifies.

    The loss itself is stated as a gap all the same: nobody can count what is not readable.
    """
    lost = [gap for gap in gaps.waiting(home) if gap.purpose == "outbox" and gap.kept_as]
    if not lost:
        return []
    found: list[tuple[str, bytes]] = []
    with contextlib.closing(connect_to_look(home.state_dir / lost[-1].kept_as)) as connection:
        for raw in _readable(connection):
            try:
                opened = open_envelope(raw, {public.keyid: public})
            except WireError:
                continue  # torn: part of the gap that is stated
            found.append((opened.kind, raw))
    return found


def _readable(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Rows until the damage; what lies behind it is part of the stated gap."""
    try:
        for (raw,) in connection.execute(_QUERY):
            yield bytes(raw)
    except sqlite3.DatabaseError:
        return
