"""What the agent knows about its copies, on disk: recovery.sqlite and its only SQL."""

import sqlite3
from datetime import datetime

from agent.backup.records.arrivals import Arrivals
from agent.backup.records.departures import Departures
from agent.backup.records.losses import FOR_A_PERSON, Losses
from agent.backup.records.pack_ledger import PackLedger
from agent.backup.records.pairs import Pairs
from agent.backup.records.productions import Productions
from agent.backup.records.rows import (
    KnownRepository,
    KnownSeparation,
    ManifestRecord,
    Point,
    Run,
    cause_of,
    manifest_of,
    moment_or_none,
    point_of,
    run_of,
    since_accepted,
    text_of,
    text_or_none,
)
from agent.backup.records.schema import MIGRATIONS
from agent.backup.records.site_facts import SiteFacts
from agent.backup.records.traits import KnownTraits
from agent.backup.retention.holds import Holds
from agent.backup.retention.keys import KnownKeys
from agent.backup.retention.room import RoomHistory
from agent.clock import Clock
from agent.config.home import Home
from agent.state.database import open_state, transaction
from agent.state.spoken import SpokenConnection
from wire.causes import most_serious
from wire.verdicts import Cause, Separation

__all__ = [
    "KnownRepository",
    "KnownSeparation",
    "ManifestRecord",
    "Point",
    "Records",
    "Run",
    "open_records",
]


class Records:
    """Guards recovery.sqlite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def repository(self, site: str) -> KnownRepository | None:
        row = self._one("SELECT site, repository, chunker FROM repositories WHERE site = ?", site)
        return None if row is None else KnownRepository(*row)

    def add_repository(self, known: KnownRepository, at: datetime) -> None:
        self._write(
            "INSERT INTO repositories VALUES (?, ?, ?, ?)",
            known.site,
            known.repository,
            known.chunker,
            text_of(at),
        )

    def repository_sites(self) -> tuple[str, ...]:
        """The names of all places where a repository of ours is, or was."""
        rows = self._connection.execute("SELECT site FROM repositories ORDER BY site")
        return tuple(row["site"] for row in rows)

    def begin(self, site: str) -> None:
        """From now on a password of this site may be without a repository: we are making both."""
        self._write("INSERT OR REPLACE INTO beginnings VALUES (?)", site)

    def begun(self, site: str) -> bool:
        return self._one("SELECT 1 FROM beginnings WHERE site = ?", site) is not None

    def add_point(self, point: Point) -> None:
        self._write(
            "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            point.site,
            point.snapshot,
            point.dataset,
            point.tree,
            text_of(point.snapshot_at),
            text_of(point.read_back_at),
            point.companion,
            text_or_none(point.companion_at),
        )

    def points(self, dataset: str, site: str) -> tuple[Point, ...]:
        """Newest first; without a dataset's name those of all of them."""
        rows = self._connection.execute(
            "SELECT * FROM points WHERE site = ? AND ? IN ('', dataset) ORDER BY snapshot_at DESC",
            (site, dataset),
        )
        return tuple(point_of(row) for row in rows)

    def newest_point(self, dataset: str, site: str) -> Point | None:
        row = self._one(
            "SELECT * FROM points WHERE dataset = ? AND site = ? ORDER BY snapshot_at DESC LIMIT 1",
            dataset,
            site,
        )
        return None if row is None else point_of(row)

    def first_held_at(self, dataset: str, site: str) -> datetime | None:
        row = self._one(
            "SELECT min(read_back_at) FROM points WHERE dataset = ? AND site = ?", dataset, site
        )
        return None if row is None else moment_or_none(row[0])

    def looked(self, dataset: str, site: str, cause: Cause | None, at: datetime) -> None:
        self._write(
            "INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?)",
            dataset,
            site,
            cause.value if cause else None,
            text_of(at),
        )

    def last_look(self, dataset: str, site: str) -> tuple[Cause | None, datetime] | None:
        row = self._one(
            "SELECT cause, looked_at FROM looks WHERE dataset = ? AND site = ?", dataset, site
        )
        return None if row is None else (cause_of(row[0]), datetime.fromisoformat(row[1]))

    def add_manifest(self, manifest: ManifestRecord) -> None:
        self._write(
            "INSERT INTO manifests VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            manifest.manifest,
            manifest.dataset,
            manifest.tree,
            manifest.root,
            manifest.leaves,
            manifest.bytes,
            manifest.unproven,
            text_of(manifest.made_at),
        )

    def manifest_of(self, dataset: str, tree: str) -> ManifestRecord | None:
        """The newest commitment to this tree."""
        row = self._one(
            "SELECT * FROM manifests WHERE dataset = ? AND tree = ? ORDER BY made_at DESC LIMIT 1",
            dataset,
            tree,
        )
        return None if row is None else manifest_of(row)

    def add_run(self, run: Run) -> None:
        self._write(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)",
            run.dataset,
            text_of(run.started_at),
            run.source_cause.value if run.source_cause else None,
            run.files,
            run.bytes,
            run.devices,
            run.accepted,
        )

    def runs(self, dataset: str, most: int) -> tuple[Run, ...]:
        """Newest first, as they came, whatever the clock said."""
        rows = self._connection.execute(
            "SELECT * FROM runs WHERE dataset = ? ORDER BY rowid DESC LIMIT ?", (dataset, most)
        )
        return tuple(run_of(row) for row in rows)

    def good_runs(self, dataset: str, most: int) -> tuple[Run, ...]:
        """Newest first, those alone whose source was in order: however many failed since.

        The one that a person accepted last is the oldest: what was usual before is over.
        """
        rows = self._connection.execute(
            "SELECT * FROM runs WHERE dataset = ? AND files > 0 AND source_cause IS NULL"
            " OR dataset = ? AND files > 0 AND source_cause = ? ORDER BY rowid DESC LIMIT ?",
            (dataset, dataset, Cause.SOURCE_UNREADABLE.value, most),
        )
        return since_accepted([run_of(row) for row in rows])

    def verified(self, dataset: str, site: str, at: datetime) -> None:
        """This site's copy was restored from, or every pack of it was read."""
        self._write("INSERT OR REPLACE INTO verified VALUES (?, ?, ?)", dataset, site, text_of(at))

    def verified_at(self, dataset: str, site: str) -> datetime | None:
        row = self._one(
            "SELECT verified_at FROM verified WHERE dataset = ? AND site = ?", dataset, site
        )
        return None if row is None else datetime.fromisoformat(row[0])

    def damaged(self, site: str, cause: Cause, at: datetime) -> None:
        """Stored data of this site is bad: so it stays until a later check finds it whole."""
        self._write(
            "INSERT OR REPLACE INTO damages VALUES (?, ?, ?)", site, cause.value, text_of(at)
        )

    def whole(self, site: str) -> None:
        """Everything stored here was read and is good; what is gone or differs was not there."""
        self._write(
            "DELETE FROM damages WHERE site = ? AND cause NOT IN (?, ?)", site, *FOR_A_PERSON
        )

    def entered(self, site: str) -> None:
        """Its repository is there and our password opens it; whether its data is whole: `whole`."""
        self._write(
            "DELETE FROM damages WHERE site = ? AND cause IN (?, ?)",
            site,
            Cause.NO_REPOSITORY.value,
            Cause.BAD_KEY.value,
        )

    def damage(self, site: str) -> Cause | None:
        """The most serious thing that stands against this site, whatever the last look says."""
        rows = self._connection.execute("SELECT cause FROM damages WHERE site = ?", (site,))
        causes = {Cause(row[0]) for row in rows}
        if self.losses(site).standing():
            causes.add(Cause.SNAPSHOTS_VANISHED)
        return most_serious(causes)

    def productions(self, dataset: str) -> Productions:
        return Productions(self._connection, dataset)

    def losses(self, site: str) -> Losses:
        return Losses(self._connection, site)

    def pack_ledger(self, site: str) -> PackLedger:
        return PackLedger(self._connection, site)

    def departures(self, site: str) -> Departures:
        return Departures(self._connection, site)

    def arrivals(self, site: str) -> Arrivals:
        return Arrivals(self._connection, site)

    def holds(self) -> Holds:
        return Holds(self._connection)

    def room(self, site: str) -> RoomHistory:
        return RoomHistory(self._connection, site)

    def known_keys(self, site: str) -> KnownKeys:
        return KnownKeys(self._connection, site)

    def pairs(self) -> Pairs:
        return Pairs(self._connection)

    def traits(self) -> KnownTraits:
        return KnownTraits(self._connection)

    def look_again(self) -> None:
        """A place has changed: good news of it is no news any more; bad news stands."""
        self._write(
            "UPDATE separation SET places = '' WHERE verdict NOT IN (?, ?)",
            Separation.NOT_SEPARATE.value,
            Separation.SUSPECT.value,
        )

    def site_facts(self) -> SiteFacts:
        return SiteFacts(self._connection)

    def set_separation(self, known: KnownSeparation) -> None:
        self._write(
            "INSERT OR REPLACE INTO separation VALUES (1, ?, ?, ?)",
            known.verdict.value,
            text_of(known.measured_at),
            known.places,
        )

    def separation(self) -> KnownSeparation | None:
        row = self._one("SELECT verdict, measured_at, places FROM separation")
        if row is None:
            return None
        return KnownSeparation(Separation(row[0]), datetime.fromisoformat(row[1]), row[2])

    def _one(self, statement: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        return row

    def _write(self, statement: str, *values: object) -> None:
        with transaction(self._connection):
            self._connection.execute(statement, values)


def open_records(home: Home, clock: Clock) -> Records:
    return Records(open_state(home, "recovery", MIGRATIONS, clock, SpokenConnection))
