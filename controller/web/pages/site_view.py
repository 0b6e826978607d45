"""What the hosts have said last of each of their sites, for the page of a facility's backups."""

from dataclasses import dataclass

from sqlalchemy import Connection

from controller.store.queries_current import current_statements
from recovery.capacity import ALARM_DAYS
from wire.header import Header
from wire.messages import SiteState
from wire.verdicts import Protection

_COLOURS = {Protection.PROVED: "good", Protection.CLAIMED: "unknown", Protection.NONE: "warn"}


@dataclass(frozen=True, slots=True)
class StateView:
    """One host's newest statement on one site; what it did not look at is not known."""

    log_index: int
    header: Header
    body: SiteState

    @property
    def protection_colour(self) -> str:
        """A site that lets a thief delete is bad where it was said to refuse."""
        if self.body.protection is Protection.NONE and self.body.attacks_succeeded:
            return "bad"
        return _COLOURS[self.body.protection]

    @property
    def read_share(self) -> float | None:
        """Of the packs, those read within 30 days; None: not known, or there are none."""
        packs, read = self.body.packs, self.body.packs_read_in_30_days
        return read / packs if packs and read is not None else None

    @property
    def fills_soon(self) -> bool:
        days = self.body.full_in_days
        return days is not None and days <= ALARM_DAYS


def states(connection: Connection, facility: str) -> list[StateView]:
    return [
        StateView(said.log_index, said.header, said.body)
        for said in current_statements(connection, "site_state", facility)
        if isinstance(said.body, SiteState)
    ]
