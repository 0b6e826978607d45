"""What is known of each site besides its copies: one part a row, each with its own time.

The part's owner puts it; `agent.daemon.work.sites.site_state` makes the statement that leaves the
host. A part that is not there, or older than a reader allows, is not known: never a default.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from agent.backup.records.rows import text_of
from agent.state.database import transaction
from recovery.rpo import happened_within
from recovery.site_troubles import COUNTS_FOR
from wire.verdicts import Protection


class Attacked(Struct, frozen=True, tag="attacked"):
    """What came of the latest attack with the agent's own credential; codes of the attacks."""

    place: str  # of the site as it was configured then: of another place it says nothing
    protection: Protection
    succeeded: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reason: str = ""  # why it could not be tried
    proved_at: datetime | None = None  # when an attack last failed at this place


class Room(Struct, frozen=True, tag="room"):
    """How full the site is; None: it cannot be asked there."""

    stored_bytes: int | None = None
    free_bytes: int | None = None
    full_in_days: int | None = None


class Retention(Struct, frozen=True, tag="retention"):
    """Whether old points are kept from being removed at this moment."""

    held: bool


class Keys(Struct, frozen=True, tag="keys"):
    """How many keys open the repository that this facility did not make."""

    unknown: int


class Objects(Struct, frozen=True, tag="objects"):
    """How many objects lie there that are no repository's."""

    rogue: int


class Janitor(Struct, frozen=True, tag="janitor"):
    """What the site's own janitor said last; `looked_at` of the part is when it was asked.

    `signs` are codes of what a person should hear; the ledger's length and newest digest are
    kept so that a ledger that was shortened or changed is noticed.
    """

    ran_at: datetime
    ledger_lines: int
    ledger_head: str
    signs: tuple[str, ...] = ()
    lost_at: datetime | None = None  # when its ledger did not go on from where it was


class Opened(Struct, frozen=True, tag="opened"):
    """Which indexes and snapshots of a site this host has opened; `openable` names their set."""

    openable: str
    ids: tuple[str, ...] = ()


class Reading(Struct, frozen=True, tag="reading"):
    """What the ledger of packs says of the site."""

    packs: int
    read_in_30_days: int
    oldest_read_at: datetime | None = None


class Structure(Struct, frozen=True, tag="structure"):
    """Every index, snapshot and tree was read from the site itself, not from this host's cache."""


class Filling(Struct, frozen=True, tag="filling"):
    """Whether a disk that fills the site for the first time is on its way."""

    seeding: bool
    since: datetime


class Unplugged(Struct, frozen=True, tag="unplugged"):
    """Where the repository of a carried disk was when a copy was brought to it."""

    folder: str


class Said(Struct, frozen=True, tag="said"):
    """What kept old points from going when the site's maintenance host was last spoken to."""

    obstacles: tuple[str, ...]


class Shown(Struct, frozen=True, tag="shown"):
    """Where the site was, as configured, when it last showed what it holds."""

    place: str


Part = (
    Attacked
    | Room
    | Retention
    | Keys
    | Objects
    | Janitor
    | Opened
    | Reading
    | Structure
    | Filling
    | Unplugged
    | Said
    | Shown
)
P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class Known(Generic[P]):
    """A part, and when it was looked at."""

    value: P
    looked_at: datetime


class SiteFacts:
    """Guards the rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, site: str, value: Part, at: datetime) -> None:
        """The newest look takes the place of the one before."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO site_facts VALUES (?, ?, ?, ?)",
                (site, _name(type(value)), msgspec.json.encode(value).decode(), text_of(at)),
            )

    def get(self, site: str, part: type[P]) -> Known[P] | None:
        """What was looked at last, however long ago."""
        row = self._connection.execute(
            "SELECT value, looked_at FROM site_facts WHERE site = ? AND name = ?",
            (site, _name(part)),
        ).fetchone()
        if row is None:
            return None
        value = msgspec.json.decode(row["value"], type=part)
        return Known(value, datetime.fromisoformat(row["looked_at"]))

    def fresh(
        self, site: str, part: type[P], now: datetime, counts_for: timedelta = COUNTS_FOR
    ) -> Known[P] | None:
        """What was looked at no longer ago than it may count."""
        known = self.get(site, part)
        if known is None or not happened_within(known.looked_at, counts_for, now):
            return None
        return known


def _name(part: type[Struct]) -> str:
    return str(part.__struct_config__.tag)
