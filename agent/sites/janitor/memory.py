"""What the janitor saw before: one row per object, so that only new ones are read.

Waiting is counted with a stopwatch that starts anew with the machine, never with its clock: a
clock that jumps ahead must not make a living lock look old.
"""

import os
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.sites.janitor.judge import Content

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    folder TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, size INTEGER NOT NULL,
    content TEXT NOT NULL, once_good INTEGER NOT NULL, boot TEXT NOT NULL,
    seen_s REAL NOT NULL, changed_s REAL NOT NULL, seen_at REAL NOT NULL, read_at REAL,
    look INTEGER NOT NULL, PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS objects_by_reading ON objects (content, read_at);
CREATE TABLE IF NOT EXISTS folders (folder TEXT PRIMARY KEY, changed_ns INTEGER, listed_s REAL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a look is: the site's clock for people, a stopwatch for waiting, this start's id."""

    at: float  # seconds since 1970
    stopwatch_s: float
    boot: str


@dataclass(frozen=True, slots=True)
class Known:
    """An object as it was seen."""

    folder: str
    name: str
    status: str  # inode, size, mtime and ctime in one word
    size: int
    content: Content
    once_good: bool
    seen_for_s: float
    quiet_for_s: float
    seen_at: float
    read_at: float | None


def status_word(status: os.stat_result) -> str:
    """Another word as soon as the file is another one, or was written."""
    return f"{status.st_ino}.{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}"


class Memory:
    """Guards objects.sqlite. Losing it costs reading everything again, and is said."""

    def __init__(self, file: Path) -> None:
        self.lost = _set_aside_if_damaged(file)
        self.fresh = self.lost or not file.exists()
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)
        file.chmod(0o600)

    def close(self) -> None:
        self._connection.close()

    def begin(self) -> int:
        """One look is one transaction: kill -9 leaves the look before it. Returns its number."""
        self._connection.execute("BEGIN IMMEDIATE")
        number = int(self.note("look") or 0) + 1
        self.set_note("look", str(number))
        return number

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def resume(self) -> None:
        """Go on in the same look."""
        self._connection.execute("BEGIN IMMEDIATE")

    def note(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_note(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def see(self, folder: str, name: str, status: os.stat_result, look: int, now: Moment) -> Known:
        """Remember that it is there; what changed since must be read again."""
        word, before = status_word(status), self.known(folder, name, now)
        if before is None:
            content, good, read_at, seen_at = Content.UNREAD, False, None, now.at
            seen_s = changed_s = now.stopwatch_s
        else:
            same = before.status == word
            content = before.content if same else Content.UNREAD
            good, seen_at = before.once_good, before.seen_at
            read_at = before.read_at if same else None
            seen_s = now.stopwatch_s - before.seen_for_s
            changed_s = now.stopwatch_s - before.quiet_for_s if same else now.stopwatch_s
        self._connection.execute(
            "INSERT OR REPLACE INTO objects VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                *(folder, name, word, status.st_size, content.value, int(good)),
                *(now.boot, seen_s, changed_s, seen_at, read_at, look),
            ),
        )
        return Known(
            *(folder, name, word, status.st_size, content, good),
            *(now.stopwatch_s - seen_s, now.stopwatch_s - changed_s, seen_at, read_at),
        )

    def known(self, folder: str, name: str, now: Moment) -> Known | None:
        row = self._connection.execute(
            f"{_SELECT} WHERE folder = ? AND name = ?", (folder, name)
        ).fetchone()
        return None if row is None else _known(row, now)

    def all_of(self, folder: str, now: Moment) -> Iterator[Known]:
        """First come, first told; also those of folders below it."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE folder = ? OR folder LIKE ? ORDER BY seen_at, name",
            (folder, f"{folder}/%"),
        )
        return (_known(row, now) for row in rows)

    def unseen(self, folder: str, look: int, now: Moment) -> tuple[Known, ...]:
        """What this folder does not hold any more."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE folder = ? AND look < ?", (folder, look)
        ).fetchall()
        return tuple(_known(row, now) for row in rows)

    def read(self, folder: str, name: str, content: Content, at: float) -> None:
        self._connection.execute(
            "UPDATE objects SET content = ?, read_at = ?, once_good = once_good OR ?"
            " WHERE folder = ? AND name = ?",
            (content.value, at, content is Content.GOOD, folder, name),
        )

    def forget(self, folder: str, name: str) -> None:
        self._connection.execute(
            "DELETE FROM objects WHERE folder = ? AND name = ?", (folder, name)
        )

    def oldest_read(self, content: Content, before: float, most: int, now: Moment) -> list[Known]:
        """Whose content was looked at longest ago, or never."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE content = ? AND coalesce(read_at, 0) < ? ORDER BY read_at LIMIT ?",
            (content.value, before, most),
        ).fetchall()
        return [_known(row, now) for row in rows]

    def restless(self, folder: str) -> bool:
        """Whether something in this folder was not found good when it was looked at."""
        found = self._connection.execute(
            "SELECT 1 FROM objects WHERE folder = ? AND content NOT IN ('good', 'unread') LIMIT 1",
            (folder,),
        )
        return found.fetchone() is not None

    def count(self, folder: str) -> int:
        return self._number(
            "SELECT count(*) FROM objects WHERE folder = ? OR folder LIKE ?", folder, f"{folder}/%"
        )

    def count_content(self, content: Content) -> int:
        return self._number("SELECT count(*) FROM objects WHERE content = ?", content.value)

    def bytes_since(self, folder: str, at: float) -> int:
        return self._number(
            "SELECT coalesce(sum(size), 0) FROM objects WHERE folder LIKE ? AND seen_at >= ?",
            f"{folder}/%",
            at,
        )

    def oldest_read_at(self) -> float | None:
        """When the good object that waits longest was read."""
        row = self._connection.execute(
            "SELECT min(read_at) FROM objects WHERE content = 'good'"
        ).fetchone()
        return None if row[0] is None else float(row[0])

    def folder_listed(self, folder: str) -> tuple[int, float] | None:
        """Its change time and the stopwatch when it was listed last."""
        row = self._connection.execute(
            "SELECT changed_ns, listed_s FROM folders WHERE folder = ?", (folder,)
        ).fetchone()
        return None if row is None else (int(row[0]), float(row[1]))

    def list_folder(self, folder: str, changed_ns: int, now: Moment) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO folders VALUES (?, ?, ?)",
            (folder, changed_ns, now.stopwatch_s),
        )

    def forget_folders_but(self, above: str, there: Collection[str]) -> None:
        """Folders that are not there any more take what they held with them."""
        rows = self._connection.execute(
            "SELECT folder FROM folders WHERE folder LIKE ?", (f"{above}/%",)
        ).fetchall()
        for (folder,) in rows:
            if folder not in there:
                self._connection.execute("DELETE FROM objects WHERE folder = ?", (folder,))
                self._connection.execute("DELETE FROM folders WHERE folder = ?", (folder,))

    def _number(self, query: str, *values: object) -> int:
        return int(self._connection.execute(query, values).fetchone()[0])


_SELECT = (
    "SELECT folder, name, status, size, content, once_good, boot, seen_s, changed_s,"
    " seen_at, read_at FROM objects"
)


def _known(row: tuple[object, ...], now: Moment) -> Known:
    folder, name, status, size, content, good, boot, seen_s, changed_s, seen_at, read_at = row
    this_start = boot == now.boot
    return Known(
        folder=str(folder),
        name=str(name),
        status=str(status),
        size=int(str(size)),
        content=Content(str(content)),
        once_good=bool(good),
        seen_for_s=max(0.0, now.stopwatch_s - float(str(seen_s))) if this_start else 0.0,
        quiet_for_s=max(0.0, now.stopwatch_s - float(str(changed_s))) if this_start else 0.0,
        seen_at=float(str(seen_at)),
        read_at=None if read_at is None else float(str(read_at)),
    )


def _set_aside_if_damaged(file: Path) -> bool:
    """Keep what cannot be read under another name."""
    if not file.exists():
        return False
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        connection.close()
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        file.replace(file.with_name(f"{file.name}.damaged"))
    return not sound
