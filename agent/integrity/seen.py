"""A change that was seen: while it happened, or by a look afterwards."""

from datetime import UTC, datetime

from msgspec import Struct

from agent.config.model import Watched
from agent.integrity.change import Change
from agent.integrity.who.record import Who

LONG_AGO = datetime.fromtimestamp(0, UTC)  # `since` of what was last known at no moment we know


class Seen(Struct, frozen=True):
    """One change below a watched path.

    `since` is set where a look found it and no touch told: it happened between `since` and `at`,
    by whom nobody saw. Without `since` it was told while it happened; `who` is None where the
    process was gone before anybody could ask who it was. Both are set where it was told, and heard
    late: the watching was held up.
    """

    change: Change
    watched: Watched  # the longest watched path that holds it
    at: datetime
    since: datetime | None
    who: Who | None
    numbers: tuple[int, ...] = ()  # of the ledger's transitions that it is made of
    others: tuple[Who, ...] = ()  # who else touched it since it was looked at before
