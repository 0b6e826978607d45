"""What the hosts have said last of each of their sites, for the page of a facility's backups."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from controller.store.queries_current import CurrentStatement, current_statements
from recovery.capacity import ALARM_DAYS
from recovery.rpo import happened_within
from recovery.site_troubles import COUNTS_FOR
from wire.header import Header
from wire.messages import SiteState
from wire.verdicts import Protection

_COLOURS = {Protection.PROVED: "good", Protection.CLAIMED: "unknown", Protection.NONE: "warn"}


@dataclass(frozen=True, slots=True)
class StateView:
    """One host's newest statement on one site; what it did not look at is not known.

    `counts`: it was said lately enough. Of an older one only what is bad stands.
    """

    log_index: int
    header: Header
    body: SiteState
    said_at: datetime
    counts: bool

    @property
    def protection_colour(self) -> str:
        """A site that lets a thief delete is bad where it was said to refuse."""
        if self._let_in:
            return "bad"
        return _COLOURS[self.body.protection] if self.counts else "unknown"

    @property
    def protection_counts(self) -> bool:
        return self.counts or self._let_in

    @property
    def _let_in(self) -> bool:
        return self.body.protection is Protection.NONE and bool(self.body.attacks_succeeded)

    @property
    def read_share(self) -> float | None:
        """Of the packs, those read within 30 days; None: not known, or there are none."""
        packs, read = self.body.packs, self.body.packs_read_in_30_days
        return read / packs if packs and read is not None else None

    @property
    def fills_soon(self) -> bool:
        days = self.body.full_in_days
        return days is not None and days <= ALARM_DAYS


def states(connection: Connection, facility: str, now: datetime) -> list[StateView]:
    return [
        _view(said, said.body, now)
        for said in current_statements(connection, "site_state", facility)
        if isinstance(said.body, SiteState)
    ]


def _view(said: CurrentStatement, body: SiteState, now: datetime) -> StateView:
    """Old by our clock, or old already when it came: by the host's, whose offset is known."""
    made_at = said.header.made_at + timedelta(seconds=said.header.clock_offset_s)
    said_at = min(made_at, said.received_at)
    counts = happened_within(said_at, COUNTS_FOR, now)
    return StateView(said.log_index, said.header, body, said_at, counts)
