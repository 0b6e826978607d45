"""The names in all points, learned once for each content: names.sqlite and its only SQL.

It only makes searching fast. Points are named by their trees, whose content can never change, so
what was learned is never wrong; what is not learned yet is asked of a site. It never leaves this
host, and can be thrown away.

A version of a name lies in all trees from `first` to `last`: trees are numbered in the order in
which they were learned, and what did not change in between is one row.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from agent.backup.restore.folding import folded
from agent.clock import Clock
from agent.config.home import Home
from agent.restic.output import Node
from agent.state.database import open_state, transaction
from agent.state.spoken import SpokenConnection

MIGRATIONS = (
    """
    CREATE TABLE trees (
        dataset TEXT NOT NULL, number INTEGER NOT NULL, tree TEXT NOT NULL,
        learned_at TEXT NOT NULL,
        PRIMARY KEY (dataset, number), UNIQUE (dataset, tree)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE names (
        id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, path TEXT NOT NULL, folded TEXT NOT NULL,
        UNIQUE (dataset, path)
    ) STRICT;
    CREATE TABLE versions (
        name INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        type TEXT NOT NULL, size INTEGER NOT NULL, mtime TEXT NOT NULL
    ) STRICT;
    CREATE INDEX versions_of_name ON versions (name, last);
    CREATE INDEX versions_until ON versions (last);
    """,
)
_FRESH = """
    CREATE TEMP TABLE IF NOT EXISTS fresh (
        path TEXT PRIMARY KEY, type TEXT NOT NULL, size INTEGER NOT NULL, mtime TEXT NOT NULL
    ) WITHOUT ROWID
"""


class Lasting(NamedTuple):
    """One version of one name, and the trees that hold it."""

    path: str
    type: str
    size: int
    mtime: str
    first: int
    last: int


class NamesIndex:
    """Guards names.sqlite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.create_function("folded", 1, folded, deterministic=True)

    def close(self) -> None:
        self._connection.close()

    def trees(self, dataset: str) -> dict[str, int]:
        """The trees that were learned, with their numbers."""
        rows = self._connection.execute(
            "SELECT tree, number FROM trees WHERE dataset = ?", (dataset,)
        )
        return {row[0]: row[1] for row in rows}

    def learn(self, dataset: str, tree: str, nodes: Iterable[Node], at: datetime) -> None:
        """Take a whole listing in; a listing that ends by an error leaves no trace."""
        self._connection.execute(_FRESH)
        with transaction(self._connection) as db:
            db.execute("DELETE FROM temp.fresh")
            db.executemany(
                "INSERT OR REPLACE INTO temp.fresh VALUES (?, ?, ?, ?)",
                ((node.path, node.type, node.size, node.mtime) for node in nodes),
            )
            before = db.execute(
                "SELECT coalesce(max(number), 0) FROM trees WHERE dataset = ?", (dataset,)
            ).fetchone()[0]
            _merge(db, dataset, before, before + 1)
            db.execute(
                "INSERT INTO trees VALUES (?, ?, ?, ?)",
                (dataset, before + 1, tree, at.isoformat()),
            )
            db.execute("DELETE FROM temp.fresh")

    def forget(self, dataset: str, kept: Iterable[str]) -> int:
        """Drop trees that no site lists any more, and names that only they held."""
        gone = self.trees(dataset).keys() - set(kept)
        if not gone:
            return 0
        with transaction(self._connection) as db:
            db.executemany(
                "DELETE FROM trees WHERE dataset = ? AND tree = ?",
                [(dataset, tree) for tree in gone],
            )
            db.execute(
                "DELETE FROM versions WHERE name IN (SELECT id FROM names WHERE dataset = ?1)"
                " AND NOT EXISTS (SELECT 1 FROM trees WHERE dataset = ?1"
                " AND number BETWEEN first AND last)",
                (dataset,),
            )
            db.execute(
                "DELETE FROM names WHERE dataset = ? AND NOT EXISTS"
                " (SELECT 1 FROM versions WHERE name = id)",
                (dataset,),
            )
        return len(gone)

    def search(self, dataset: str, words: Sequence[str], *, whole_path: bool) -> Iterator[Lasting]:
        """All versions of the names that hold every word (already folded)."""
        where = " AND ".join(
            [f"instr({'folded(path)' if whole_path else 'folded'}, ?)"] * len(words)
        )
        rows = self._connection.execute(
            "SELECT path, type, size, mtime, first, last FROM names JOIN versions ON name = id"  # noqa: S608 - only our own words
            f" WHERE dataset = ? AND {where}",
            (dataset, *words),
        )
        return (Lasting(*row) for row in rows)

    def below(self, dataset: str, folder: str) -> Iterator[Lasting]:
        """All versions of the files in a folder and its folders."""
        rows = self._connection.execute(
            "SELECT path, type, size, mtime, first, last FROM names JOIN versions ON name = id"
            " WHERE dataset = ? AND path > ? AND path < ? AND type = 'file'",
            (dataset, f"{folder}/", f"{folder}0"),  # 0 follows the slash
        )
        return (Lasting(*row) for row in rows)


def _merge(db: sqlite3.Connection, dataset: str, before: int, now: int) -> None:
    db.execute(
        "INSERT OR IGNORE INTO names (dataset, path, folded) SELECT ?, path,"
        " folded(replace(path, rtrim(path, replace(path, '/', '')), '')) FROM temp.fresh",
        (dataset,),
    )
    db.execute(
        "UPDATE versions SET last = ?1 WHERE last = ?2 AND EXISTS"
        " (SELECT 1 FROM names JOIN temp.fresh USING (path) WHERE id = versions.name"
        "  AND dataset = ?3 AND fresh.size = versions.size AND fresh.mtime = versions.mtime"
        "  AND fresh.type = versions.type)",
        (now, before, dataset),
    )
    db.execute(
        "INSERT INTO versions SELECT id, ?1, ?1, fresh.type, fresh.size, fresh.mtime"
        " FROM temp.fresh JOIN names ON names.dataset = ?2 AND names.path = fresh.path"
        " WHERE NOT EXISTS (SELECT 1 FROM versions WHERE name = id AND last = ?1)",
        (now, dataset),
    )


def open_names(home: Home, clock: Clock) -> NamesIndex:
    return NamesIndex(open_state(home, "names", MIGRATIONS, clock, SpokenConnection))
