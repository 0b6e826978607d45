"""Signed checkpoints, kept as they were given away."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, desc, select

from controller.store.heads import log_head
from controller.store.tables.log import CHECKPOINT
from controller.store.upsert import add_missing
from wire.checkpoint import Checkpoint, heads_root, sign
from wire.keys import SigningKey

FRESH = timedelta(hours=1)  # an unchanged log's checkpoint is signed anew after this


def current_checkpoint(
    connection: Connection, origin: str, key: SigningKey, now: datetime
) -> tuple[int, str]:
    """The log's size and its signed checkpoint, in the caller's writing transaction."""
    head = log_head(connection)
    last = connection.execute(
        select(CHECKPOINT).order_by(desc(CHECKPOINT.c.size), desc(CHECKPOINT.c.made_at)).limit(1)
    ).one_or_none()
    if last is not None and last.size == head.size and now - last.made_at < FRESH:
        return head.size, last.text
    made = Checkpoint(origin, head.size, head.root, heads_root(head.facilities), now)
    text = sign(made, key)
    add_missing(connection, CHECKPOINT, [{"size": head.size, "made_at": now, "text": text}])
    return head.size, text


def newest_checkpoint(connection: Connection) -> str | None:
    """The last one that we gave away, if any."""
    query = select(CHECKPOINT.c.text).order_by(desc(CHECKPOINT.c.size), desc(CHECKPOINT.c.made_at))
    text: str | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return text
