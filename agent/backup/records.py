"""What the agent knows about its copies, on disk: recovery.sqlite and its only SQL."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.clock import Clock
from agent.config.home import Home
from agent.state.database import open_state, transaction
from wire.verdicts import Cause, Separation

MIGRATIONS = (
    """
    CREATE TABLE repositories (
        site TEXT PRIMARY KEY, repository TEXT NOT NULL, chunker TEXT NOT NULL,
        known_since TEXT NOT NULL
    ) STRICT;
    CREATE TABLE points (
        site TEXT NOT NULL, snapshot TEXT NOT NULL, dataset TEXT NOT NULL, tree TEXT NOT NULL,
        snapshot_at TEXT NOT NULL, read_back_at TEXT NOT NULL,
        companion TEXT, companion_at TEXT,
        PRIMARY KEY (site, snapshot)
    ) STRICT;
    CREATE INDEX points_of_dataset ON points (dataset, site, snapshot_at);
    CREATE TABLE looks (
        dataset TEXT NOT NULL, site TEXT NOT NULL, cause TEXT, looked_at TEXT NOT NULL,
        PRIMARY KEY (dataset, site)
    ) STRICT;
    CREATE TABLE manifests (
        manifest TEXT PRIMARY KEY, dataset TEXT NOT NULL, tree TEXT NOT NULL, root TEXT NOT NULL,
        leaves INTEGER NOT NULL, bytes INTEGER NOT NULL, unproven INTEGER NOT NULL,
        made_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX manifests_of_tree ON manifests (dataset, tree, made_at);
    CREATE TABLE runs (
        dataset TEXT NOT NULL, started_at TEXT NOT NULL, source_cause TEXT,
        files INTEGER NOT NULL, bytes INTEGER NOT NULL, devices TEXT NOT NULL,
        PRIMARY KEY (dataset, started_at)
    ) STRICT;
    CREATE TABLE verified (
        dataset TEXT NOT NULL, site TEXT NOT NULL, verified_at TEXT NOT NULL,
        PRIMARY KEY (dataset, site)
    ) STRICT;
    CREATE TABLE packs (
        site TEXT NOT NULL, pack TEXT NOT NULL, seen_at TEXT NOT NULL, read_at TEXT,
        PRIMARY KEY (site, pack)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE separation (
        only INTEGER PRIMARY KEY CHECK (only = 1), verdict TEXT NOT NULL, measured_at TEXT NOT NULL
    ) STRICT;
    """,
)


@dataclass(frozen=True, slots=True)
class KnownRepository:
    """A repository that was made or opened once: it is never made again by itself."""

    site: str
    repository: str
    chunker: str


@dataclass(frozen=True, slots=True)
class Point:
    """A snapshot that was read back at a site, and its companion there, if it was read back too."""

    site: str
    snapshot: str
    dataset: str
    tree: str
    snapshot_at: datetime
    read_back_at: datetime
    companion: str | None = None
    companion_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ManifestRecord:
    """A commitment that was made."""

    manifest: str
    dataset: str
    tree: str
    root: str
    leaves: int
    bytes: int
    unproven: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found at its source. `devices` names the mounts it lay on."""

    dataset: str
    started_at: datetime
    source_cause: Cause | None
    files: int
    bytes: int
    devices: str


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
            _text(at),
        )

    def add_point(self, point: Point) -> None:
        self._write(
            "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            point.site,
            point.snapshot,
            point.dataset,
            point.tree,
            _text(point.snapshot_at),
            _text(point.read_back_at),
            point.companion,
            _text_or_none(point.companion_at),
        )

    def points(self, dataset: str, site: str) -> tuple[Point, ...]:
        """Newest first."""
        rows = self._connection.execute(
            "SELECT * FROM points WHERE dataset = ? AND site = ? ORDER BY snapshot_at DESC",
            (dataset, site),
        )
        return tuple(_point(row) for row in rows)

    def newest_point(self, dataset: str, site: str) -> Point | None:
        row = self._one(
            "SELECT * FROM points WHERE dataset = ? AND site = ? ORDER BY snapshot_at DESC LIMIT 1",
            dataset,
            site,
        )
        return None if row is None else _point(row)

    def first_held_at(self, dataset: str, site: str) -> datetime | None:
        row = self._one(
            "SELECT min(read_back_at) FROM points WHERE dataset = ? AND site = ?", dataset, site
        )
        return None if row is None else _moment_or_none(row[0])

    def drop_points(self, site: str, snapshots: Sequence[str]) -> None:
        """They were looked for at the site and are no longer there."""
        with transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM points WHERE site = ? AND snapshot = ?",
                [(site, snapshot) for snapshot in snapshots],
            )

    def looked(self, dataset: str, site: str, cause: Cause | None, at: datetime) -> None:
        self._write(
            "INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?)",
            dataset,
            site,
            cause.value if cause else None,
            _text(at),
        )

    def last_look(self, dataset: str, site: str) -> tuple[Cause | None, datetime] | None:
        row = self._one(
            "SELECT cause, looked_at FROM looks WHERE dataset = ? AND site = ?", dataset, site
        )
        return None if row is None else (_cause(row[0]), datetime.fromisoformat(row[1]))

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
            _text(manifest.made_at),
        )

    def manifest_of(self, dataset: str, tree: str) -> ManifestRecord | None:
        """The newest commitment to this tree."""
        row = self._one(
            "SELECT * FROM manifests WHERE dataset = ? AND tree = ? ORDER BY made_at DESC LIMIT 1",
            dataset,
            tree,
        )
        return None if row is None else _manifest(row)

    def add_run(self, run: Run) -> None:
        self._write(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)",
            run.dataset,
            _text(run.started_at),
            run.source_cause.value if run.source_cause else None,
            run.files,
            run.bytes,
            run.devices,
        )

    def runs(self, dataset: str, most: int) -> tuple[Run, ...]:
        """Newest first."""
        rows = self._connection.execute(
            "SELECT * FROM runs WHERE dataset = ? ORDER BY started_at DESC LIMIT ?", (dataset, most)
        )
        return tuple(_run(row) for row in rows)

    def verified(self, dataset: str, site: str, at: datetime) -> None:
        """This site's copy was restored from, or every pack of it was read."""
        self._write("INSERT OR REPLACE INTO verified VALUES (?, ?, ?)", dataset, site, _text(at))

    def verified_at(self, dataset: str, site: str) -> datetime | None:
        row = self._one(
            "SELECT verified_at FROM verified WHERE dataset = ? AND site = ?", dataset, site
        )
        return None if row is None else datetime.fromisoformat(row[0])

    def set_separation(self, verdict: Separation, measured_at: datetime) -> None:
        self._write(
            "INSERT OR REPLACE INTO separation VALUES (1, ?, ?)", verdict.value, _text(measured_at)
        )

    def separation(self) -> tuple[Separation, datetime] | None:
        row = self._one("SELECT verdict, measured_at FROM separation")
        return None if row is None else (Separation(row[0]), datetime.fromisoformat(row[1]))

    def _one(self, statement: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        return row

    def _write(self, statement: str, *values: object) -> None:
        with transaction(self._connection):
            self._connection.execute(statement, values)


def open_records(home: Home, clock: Clock) -> Records:
    return Records(open_state(home, "recovery", MIGRATIONS, clock))


def _point(row: sqlite3.Row) -> Point:
    return Point(
        site=row["site"],
        snapshot=row["snapshot"],
        dataset=row["dataset"],
        tree=row["tree"],
        snapshot_at=datetime.fromisoformat(row["snapshot_at"]),
        read_back_at=datetime.fromisoformat(row["read_back_at"]),
        companion=row["companion"],
        companion_at=_moment_or_none(row["companion_at"]),
    )


def _manifest(row: sqlite3.Row) -> ManifestRecord:
    return ManifestRecord(
        manifest=row["manifest"],
        dataset=row["dataset"],
        tree=row["tree"],
        root=row["root"],
        leaves=row["leaves"],
        bytes=row["bytes"],
        unproven=row["unproven"],
        made_at=datetime.fromisoformat(row["made_at"]),
    )


def _run(row: sqlite3.Row) -> Run:
    return Run(
        row["dataset"],
        datetime.fromisoformat(row["started_at"]),
        _cause(row["source_cause"]),
        row["files"],
        row["bytes"],
        row["devices"],
    )


def _cause(text: str | None) -> Cause | None:
    return None if text is None else Cause(text)


def _text(moment: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _text(moment)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
