"""Copies SQLite files that may be in use, and asks the copy whether it is whole.

Source: sqlite.org, Online Backup API, PRAGMA integrity_check, URI filenames.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

from agent.backup.databases.kit import Kit, Taken
from agent.backup.databases.shelf import demand_room
from agent.backup.databases.sql_text import DumpLook
from agent.config.datasets import SqliteFiles
from wire.verdicts import Cause, Consistency

_BUSY_S = 60.0
_PAGES_AT_ONCE = 4096
_COMPLAINTS = 5
_HEADER = b"SQLite format 3\0"


def copy(sqlite: SqliteFiles, kit: Kit) -> Taken:
    """Copy each file as one moment of it, below its own path; several are `mixed` together.

    Raises:
        ProductionError: one is missing, cannot be read, or its copy is damaged.
    """
    taken_at = kit.clock.now()
    looks: list[DumpLook] = []
    for file in sqlite.files:
        target = kit.folder / str(file).lstrip("/")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = sum(look.bytes for look in looks)
        looks.append(_copy_one(kit, file, target, partial(_tell, kit, done)))
    whole = DumpLook(
        bytes=sum(look.bytes for look in looks),
        data_bytes=sum(look.data_bytes for look in looks),
        tables=sum(look.tables for look in looks),
        whole=all(look.whole for look in looks),
    )
    alone = len(sqlite.files) == 1
    return Taken(taken_at, Consistency.TRANSACTION if alone else Consistency.MIXED, whole)


def _tell(kit: Kit, before: int, size: int) -> None:
    kit.tell(before + size)


def _copy_one(kit: Kit, file: Path, target: Path, tell: Callable[[int], None]) -> DumpLook:
    _demand_readable(kit, file)
    demand_room(target.parent, file.stat().st_size, kit.dataset)
    try:
        with (
            contextlib.closing(_opened(file, "mode=ro", _busy_s(kit))) as source,
            contextlib.closing(sqlite3.connect(target)) as copied,
        ):
            _backup(kit, source, copied, tell)
        target.chmod(0o600)
        with contextlib.closing(_opened(target, "mode=ro&immutable=1", 0)) as copied:
            return _looked_at(kit, file, target, copied)
    except sqlite3.OperationalError as error:
        raise kit.failed(_cause_of(error), f"{file}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise kit.failed(Cause.SOURCE_DAMAGED, f"{file}: {error}") from error


def _backup(
    kit: Kit, source: sqlite3.Connection, copied: sqlite3.Connection, tell: Callable[[int], None]
) -> None:
    """One read transaction around it: what is written meanwhile does not begin it anew."""
    ends_at = kit.clock.monotonic() + kit.limit.total_seconds()
    source.execute("BEGIN")
    (page_bytes,) = source.execute("PRAGMA page_size").fetchone()
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def progress(_status: int, remaining: int, total: int) -> None:
        if kit.clock.monotonic() > ends_at:
            raise kit.failed(Cause.DUMP_FAILED, "timeout")
        tell((total - remaining) * page_bytes)

    source.backup(copied, pages=_PAGES_AT_ONCE, progress=progress)
    source.rollback()


def _looked_at(kit: Kit, file: Path, target: Path, copied: sqlite3.Connection) -> DumpLook:
    """The copy's own check; pages that hold nothing are no data."""
    said = [str(row[0]) for row in copied.execute("PRAGMA integrity_check")]
    if said != ["ok"]:
        raise kit.failed(Cause.SOURCE_DAMAGED, f"{file}: {'; '.join(said[:_COMPLAINTS])}")
    (pages,), (free,), (page_bytes,) = (
        copied.execute(f"PRAGMA {name}").fetchone()
        for name in ("page_count", "freelist_count", "page_size")
    )
    (tables,) = copied.execute("SELECT count(*) FROM sqlite_master WHERE type='table'").fetchone()
    size = target.stat().st_size
    return DumpLook(size, (pages - free) * page_bytes, tables, whole=size == pages * page_bytes)


def _demand_readable(kit: Kit, file: Path) -> None:
    """A file of another kind is refused here: SQLite would call an empty one a new database."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise kit.failed(Cause.SOURCE_MISSING, str(file)) from error
    except OSError as error:
        raise kit.failed(Cause.SOURCE_UNREADABLE, f"{file}: {error.strerror}") from error
    try:
        head = os.read(descriptor, len(_HEADER))
    except OSError as error:
        raise kit.failed(Cause.SOURCE_UNREADABLE, f"{file}: {error.strerror}") from error
    finally:
        os.close(descriptor)
    if head != _HEADER:
        raise kit.failed(Cause.SOURCE_DAMAGED, f"{file}: no SQLite file")


def _cause_of(error: sqlite3.OperationalError) -> Cause:
    """Source: sqlite.org, Result Codes."""
    code = error.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return Cause.NO_SPACE
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}:
        return Cause.SOURCE_UNREADABLE
    return Cause.DUMP_FAILED


def _busy_s(kit: Kit) -> float:
    """How long a program may keep the file to itself."""
    return min(_BUSY_S, kit.limit.total_seconds())


def _opened(file: Path, how: str, busy_s: float) -> sqlite3.Connection:
    address = f"file:{quote(str(file))}?{how}"
    return sqlite3.connect(address, uri=True, timeout=busy_s, isolation_level=None)
