"""The tables of recovery.sqlite."""

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
    CREATE TABLE damages (
        site TEXT PRIMARY KEY, cause TEXT NOT NULL, found_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE separation (
        only INTEGER PRIMARY KEY CHECK (only = 1), verdict TEXT NOT NULL, measured_at TEXT NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE losses (
        site TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
        found_at TEXT NOT NULL, accepted_at TEXT,
        PRIMARY KEY (site, kind, id)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE damages RENAME TO damages_before;
    CREATE TABLE damages (
        site TEXT NOT NULL, cause TEXT NOT NULL, found_at TEXT NOT NULL,
        PRIMARY KEY (site, cause)
    ) STRICT;
    INSERT INTO damages SELECT site, cause, found_at FROM damages_before;
    DROP TABLE damages_before;
    """,
    """
    CREATE TABLE beginnings (site TEXT PRIMARY KEY) STRICT;
    """,
    """
    ALTER TABLE separation ADD COLUMN places TEXT NOT NULL DEFAULT '';
    CREATE TABLE pairs (
        a TEXT NOT NULL, b TEXT NOT NULL, places TEXT NOT NULL, verdict TEXT NOT NULL,
        hard TEXT NOT NULL, soft TEXT NOT NULL, missing TEXT NOT NULL, decided_at TEXT NOT NULL,
        PRIMARY KEY (a, b)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE site_facts (
        site TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, looked_at TEXT NOT NULL,
        PRIMARY KEY (site, name)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE departures (
        site TEXT NOT NULL, snapshot TEXT NOT NULL, decided_at TEXT NOT NULL, gone_at TEXT,
        decided_by TEXT NOT NULL,
        PRIMARY KEY (site, snapshot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE prunings (
        site TEXT NOT NULL, begun_at TEXT NOT NULL, settled_at TEXT,
        PRIMARY KEY (site, begun_at)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE notes_read (
        site TEXT NOT NULL, snapshot TEXT NOT NULL, read_at TEXT NOT NULL, problem TEXT NOT NULL,
        PRIMARY KEY (site, snapshot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE arrivals (
        site TEXT NOT NULL, snapshot TEXT NOT NULL, first_seen_at TEXT NOT NULL,
        believed INTEGER NOT NULL,
        PRIMARY KEY (site, snapshot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE retention_looks (
        site TEXT PRIMARY KEY, looked_at TEXT NOT NULL, steady_since TEXT NOT NULL,
        foreign_lock_at TEXT
    ) STRICT;
    CREATE TABLE holds (
        hold TEXT PRIMARY KEY, placed_at TEXT NOT NULL, placed_by TEXT NOT NULL,
        reason TEXT NOT NULL, released_at TEXT
    ) STRICT;
    CREATE TABLE release_wishes (
        scope TEXT NOT NULL, person TEXT NOT NULL, wished_at TEXT NOT NULL,
        PRIMARY KEY (scope, person)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE room_leave (
        site TEXT NOT NULL, granted_at TEXT NOT NULL, used_at TEXT,
        PRIMARY KEY (site, granted_at)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE room (
        site TEXT NOT NULL, looked_at TEXT NOT NULL, stored_bytes INTEGER, free_bytes INTEGER,
        PRIMARY KEY (site, looked_at)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE repository_keys (
        site TEXT NOT NULL, key TEXT NOT NULL, why TEXT NOT NULL, noted_at TEXT NOT NULL,
        PRIMARY KEY (site, key)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    ALTER TABLE packs ADD COLUMN bytes INTEGER;
    CREATE TABLE indexes_read (
        site TEXT NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (site, id)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE productions (
        dataset TEXT NOT NULL, taken_at TEXT NOT NULL, consistency TEXT NOT NULL,
        bytes INTEGER NOT NULL, data_bytes INTEGER NOT NULL, tables INTEGER NOT NULL,
        marker_at TEXT,
        PRIMARY KEY (dataset, taken_at)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE known_pairs (
        a TEXT NOT NULL, b TEXT NOT NULL, verdict TEXT NOT NULL, hard TEXT NOT NULL,
        soft TEXT NOT NULL, missing TEXT NOT NULL, decided_at TEXT NOT NULL, places TEXT NOT NULL,
        PRIMARY KEY (a, b)
    ) STRICT, WITHOUT ROWID;
    INSERT OR REPLACE INTO known_pairs
        SELECT min(one, other), max(one, other), verdict, hard, soft, missing, decided_at, places
        FROM (
            SELECT pairs.*,
                coalesce((SELECT repository FROM repositories WHERE site = a), a) AS one,
                coalesce((SELECT repository FROM repositories WHERE site = b), b) AS other
            FROM pairs
        );
    DROP TABLE pairs;
    CREATE TABLE site_traits (
        site TEXT PRIMARY KEY, traits TEXT NOT NULL, seen_at TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE runs ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE productions ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
    """,
)
