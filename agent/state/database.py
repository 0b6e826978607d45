"""Small durable databases: one SQLite file per purpose, versioned, never silently replaced."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.clock import Clock
from agent.config.home import Home
from agent.state import gaps
from agent.state.damage import connect_to_look, damage_of, is_of_the_disk
from agent.state.errors import (
    StateDiskError,
    StateFolderError,
    StateReadOnlyError,
    StateTooNewError,
    folder_error,
)
from agent.state.lock import SHORT_WAIT_S, hold
from agent.state.shape import versions_by_tables

_LEAST_ROOM_BYTES = 64 * 2**10  # an index of SQLite's log alone takes 32 KiB


def open_state(
    home: Home,
    purpose: str,
    migrations: Sequence[str],
    clock: Clock,
    kind: type[sqlite3.Connection] = sqlite3.Connection,
) -> sqlite3.Connection:
    """Open (or make) the database of one purpose, at the newest version.

    The connection is in autocommit mode, WAL, synchronous=FULL; write inside `transaction`.
    A damaged or vanished file is moved aside, a new one is made, and `gaps` remembers it so
    that the daemon says so in a signed statement.

    Args:
        home: where the state folder is.
        purpose: the file's name without its ending.
        migrations: SQL scripts; script n leads from version n to n + 1.
        clock: for the moment of a gap.
        kind: `SpokenConnection` where nobody else turns a disk's refusals into errors of ours.

    Raises:
        StateTooNewError: a newer program wrote the file.
        StateFolderError: the folder cannot be written.
    """
    make_private(home.state_dir)
    with as_of_the_disk(home):
        return _opened(home, purpose, migrations, clock, kind)


@contextlib.contextmanager
def as_of_the_disk(home: Home) -> Iterator[None]:
    """What a full or broken disk refuses inside is an error that a person can act on.

    Raises:
        StateFolderError: the system has refused; StateDiskError where that is the disk's doing.
    """
    try:
        yield
    except OSError as error:
        raise folder_error(home.state_dir, error) from error
    except sqlite3.DatabaseError as error:
        if not is_of_the_disk(error):
            raise
        raise StateDiskError(folder=str(home.state_dir), reason=_reason(home, error)) from error


def _reason(home: Home, error: sqlite3.DatabaseError) -> str:
    """SQLite calls many things an I/O error: that there is no room is worth saying."""
    room = os.statvfs(home.state_dir)
    is_full = room.f_bavail * room.f_frsize < _LEAST_ROOM_BYTES
    return os.strerror(errno.ENOSPC) if is_full else str(error)


def _opened(
    home: Home,
    purpose: str,
    migrations: Sequence[str],
    clock: Clock,
    kind: type[sqlite3.Connection],
) -> sqlite3.Connection:
    file = home.database(purpose)
    with hold(home, f"open-{purpose}", wait_s=SHORT_WAIT_S, clock=clock):
        reason = damage_of(file) or _vanished(home, purpose, file)
        if reason:
            aside = set_aside(file, clock)
            gaps.remember(home, gaps.StateGap(purpose, reason, aside, clock.now()))
        if not file.exists():
            _create(file)
        gaps.expect(home, purpose)
        try:
            return _migrated(file, migrations, kind)
        except (StateTooNewError, sqlite3.DatabaseError):
            if not _version_lies(file, migrations):
                raise
            _replace(home, purpose, "damaged", clock)
            return _migrated(file, migrations, kind)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing. IMMEDIATE: a deferred one that later writes is refused at once when busy."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has SQLite undo everything by itself
            connection.execute("ROLLBACK")
        raise


def connect(file: Path, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """A connection that threads may share, one at a time."""
    connection = sqlite3.connect(
        file, timeout=30, isolation_level=None, check_same_thread=False, factory=kind
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def migrate(connection: sqlite3.Connection, file: Path, migrations: Sequence[str]) -> None:
    """Apply what is missing, each version in a transaction of its own."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations):
        raise StateTooNewError(file=str(file), found=version, known=len(migrations))
    for number, script in enumerate(migrations[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version={number};\nCOMMIT;"
            )
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def make_private(folder: Path) -> None:
    """A folder that only its owner may enter."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            raise StateReadOnlyError(folder=str(folder), reason=os.strerror(errno.EROFS))
        raise StateFolderError(folder=str(folder), reason=os.strerror(errno.EACCES))


def set_aside(file: Path, clock: Clock) -> str:
    """Keep a damaged file under another name, with its journal.

    Returns:
        The new name; "" when there was nothing to keep.
    """
    kept = file.exists()
    name = f"{file.name}.damaged-{clock.now():%Y%m%dT%H%M%S.%fZ}"
    for ending in ("", "-wal", "-shm"):
        part = file.with_name(file.name + ending)
        if part.exists():
            part.rename(file.with_name(name + ending))
    return name if kept else ""


def begin_anew(home: Home, purpose: str, reason: str, clock: Clock) -> None:
    """Set a file aside that reads well and says what we did not write; an empty one follows it."""
    with hold(home, f"open-{purpose}", wait_s=SHORT_WAIT_S, clock=clock):
        _replace(home, purpose, reason, clock)


def _replace(home: Home, purpose: str, reason: str, clock: Clock) -> None:
    file = home.database(purpose)
    aside = set_aside(file, clock)
    gaps.remember(home, gaps.StateGap(purpose, reason, aside, clock.now()))
    _create(file)


def _migrated(
    file: Path, migrations: Sequence[str], kind: type[sqlite3.Connection]
) -> sqlite3.Connection:
    connection = connect(file, kind)
    try:
        migrate(connection, file, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _version_lies(file: Path, migrations: Sequence[str]) -> bool:
    """Whether the tables are of a version of ours, and the number that is written there is not."""
    with contextlib.closing(connect_to_look(file)) as connection:
        told = connection.execute("PRAGMA user_version").fetchone()[0]
        versions = versions_by_tables(connection, migrations)
    return bool(versions) and told not in versions


def _create(file: Path) -> None:
    """Made beside its place and renamed: an empty file in its place can only be damage."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    connection = connect(new)
    connection.execute("PRAGMA journal_mode=DELETE")  # leaves one file to rename
    connection.execute("VACUUM")
    connection.close()
    new.chmod(0o600)
    new.rename(file)


def _vanished(home: Home, purpose: str, file: Path) -> str:
    return "missing" if not file.exists() and gaps.expected(home, purpose) else ""
