"""Finds out whether a database file is whole, without changing it."""

import contextlib
import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

_THOROUGH_UP_TO_BYTES = 16 * 2**20  # a quick_check of this much takes under 0.1 s
_HEADER_BYTES, _LARGEST_PAGE = 100, 65_536
_DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
_SAYS_NOTHING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_OF_THE_DISK = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_ERRNOS_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
_LEFT_BY_A_KILL = frozenset(
    {
        sqlite3.SQLITE_READONLY_ROLLBACK,
        sqlite3.SQLITE_READONLY_RECOVERY,
        sqlite3.SQLITE_READONLY_CANTINIT,
    }
)


def damage_of(file: Path) -> str:
    """Why the file cannot be used: empty | truncated | damaged; "" when it can or is not there."""
    if not file.exists():
        return ""
    if file.stat().st_size == 0:
        return "empty"
    if _is_short(file):
        return "truncated"
    return "" if _reads_well(file) else "damaged"


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file's content is to blame, not a full disk, a lock or a right."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: it is no UTF-8
    return code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF not in _SAYS_NOTHING


def is_of_the_disk(error: sqlite3.DatabaseError) -> bool:
    """Whether the disk, not the content or the question, is to blame; a lock is neither."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in _OF_THE_DISK


def refusal_of(error: BaseException) -> str:
    """Why the disk has refused; "" when something else is to blame."""
    if isinstance(error, sqlite3.DatabaseError):
        return str(error) if is_of_the_disk(error) else ""
    if isinstance(error, OSError) and error.errno in _ERRNOS_OF_THE_DISK:
        return error.strerror or "OSError"
    return ""


def connect_to_look(file: Path) -> sqlite3.Connection:
    """Read-only: looking must not change what is kept for the inquiry."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def _connect_to_recover(file: Path) -> sqlite3.Connection:
    """Lets SQLite undo what a killed process left half written: no damage, and it must write."""
    return sqlite3.connect(file, timeout=30)


def _reads_well(
    file: Path, connect: Callable[[Path], sqlite3.Connection] = connect_to_look
) -> bool:
    try:
        with contextlib.closing(connect(file)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if file.stat().st_size > _THOROUGH_UP_TO_BYTES:
                return True
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in _LEFT_BY_A_KILL and connect is connect_to_look:
            return _reads_well(file, _connect_to_recover)
        if error.sqlite_errorcode not in _DAMAGE_CODES:
            raise
        return False
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # or an error whose text is none
        return False
    return bool(answer == "ok")


def _is_short(file: Path) -> bool:
    """Whether pages are missing at the end: SQLite itself reads a torn last page as zeros.

    With frames in the journal the file may rightly be shorter than its header says.

    Source: https://www.sqlite.org/fileformat2.html, the database header, offsets 16 and 28.
    """
    journal = file.with_name(file.name + "-wal")
    if journal.exists() and journal.stat().st_size > 0:
        return False
    with file.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        return True
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = _LARGEST_PAGE if page_bytes == 1 else page_bytes
    return file.stat().st_size < page_bytes * int.from_bytes(header[28:32], "big")
