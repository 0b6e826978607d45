"""Forgets old events, and leaves a chained checkpoint in their place.

What stays provable afterwards: that events `first` to `last` were there, when, how many of them
were unexplained, and that what is kept follows them without a gap. What they said stands only in
the controller's log, where it was told before it could be forgotten here.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from agent.integrity.events.event import Event
from agent.integrity.events.rows import (
    Checkpoint,
    EventRow,
    State,
    checkpoint_link,
    decode_event,
    encode,
    read_rows,
)

_PAGE = 5_000  # at most so many go in one transaction: the watcher waits for it


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be forgotten."""

    before: datetime
    most: int
    now: datetime


def pruned(
    connection: sqlite3.Connection, key: bytes, state: State, limits: Limits
) -> tuple[State, int]:
    """Forget the oldest events that are too old or too many, and were told."""
    high = min(state.told, state.number, state.first + _PAGE - 1)
    rows = read_rows(connection, key, state, state.first, high) if high >= state.first else []
    gone = _oldest(rows, state, limits)
    if not gone:
        return state, 0
    last = gone[-1].number
    checkpoint = _checkpoint(gone, state, limits.now)
    body = encode(checkpoint)
    link = checkpoint_link(key, last, body)
    connection.execute("INSERT INTO checkpoints VALUES (?, ?, ?)", (last, body, link))
    connection.execute("DELETE FROM events WHERE number <= ?", (last,))
    connection.execute("DELETE FROM members WHERE event <= ?", (last,))
    kept = replace(state, first=last + 1, base=gone[-1].link, checkpoint=link)
    return kept, len(gone)


def _oldest(rows: list[EventRow], state: State, limits: Limits) -> list[EventRow]:
    """From the oldest on, without leaving one out: the chain has no holes."""
    surplus = state.number - state.first + 1 - limits.most
    for place, row in enumerate(rows):
        if place >= surplus and decode_event(row.body).at >= limits.before:
            return rows[:place]
    return rows


def _checkpoint(gone: list[EventRow], state: State, now: datetime) -> Checkpoint:
    events: list[Event] = [decode_event(row.body) for row in gone]
    moments = [int(event.at.timestamp()) for event in events]
    return Checkpoint(
        first=gone[0].number,
        last=gone[-1].number,
        link=gone[-1].link,
        pruned_at=int(now.timestamp()),
        from_at=min(moments),
        to_at=max(moments),
        unexplained=sum(not event.explained_by for event in events),
        previous=state.checkpoint,
    )
