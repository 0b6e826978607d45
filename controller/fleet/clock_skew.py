"""Whose clock is wrong? Old statements are no sign of it: they may have waited in an outbox."""

from datetime import datetime, timedelta

from wire.header import Header
from wire.messages import Heartbeat
from wire.request import CLOCK_TOLERANCE


def statement_clock_is_wrong(header: Header, now: datetime) -> bool:
    """The host says so itself, or it sealed a statement later than now."""
    offset = timedelta(seconds=header.clock_offset_s)
    return abs(offset) > CLOCK_TOLERANCE or header.made_at - now > CLOCK_TOLERANCE


def heartbeat_clock_is_wrong(heartbeat: Heartbeat, now: datetime) -> bool:
    """A heartbeat is never queued, so its own moment counts."""
    offset = timedelta(seconds=heartbeat.clock_offset_s)
    return abs(offset) > CLOCK_TOLERANCE or abs(heartbeat.made_at - now) > CLOCK_TOLERANCE
