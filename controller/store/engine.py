"""How we talk to the database: writers take the lock at once, readers can only read.

Source: SQLAlchemy, SQLite dialect, "Enabling transactions on SQLite"; sqlite.org/pragma.html.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from controller.errors import UnavailableError

__all__ = ["Connection", "Database", "open_database"]  # use cases name connections, not SQL

BUSY_TIMEOUT_MS = 60_000

_COMMON = (
    "PRAGMA journal_mode = WAL",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys = ON",
)
WRITER = (*_COMMON, "PRAGMA synchronous = FULL")  # acknowledged means on the disk
READER = (*_COMMON, "PRAGMA synchronous = NORMAL", "PRAGMA query_only = ON")


@dataclass(frozen=True, slots=True)
class Database:
    """One file, one writer at a time in this process, any number of readers."""

    writers: Engine
    readers: Engine
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first moment; commits at the end."""
        with self._turn, _naming_troubles(), self.writers.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; it cannot write."""
        with _naming_troubles(), self.readers.connect() as connection:
            yield connection

    def close(self) -> None:
        self.writers.dispose()
        self.readers.dispose()


@contextmanager
def _naming_troubles() -> Iterator[None]:
    """What the machine does to a database is no bug: it gets a name, and agents a 503.

    Raises:
        UnavailableError: the disk is full, the file is locked or damaged.
    """
    try:
        yield
    except OperationalError as error:
        raise UnavailableError(str(error.orig)) from error


def open_database(path: Path) -> Database:
    return Database(
        writers=_engine(path, WRITER, "BEGIN IMMEDIATE"),
        readers=_engine(path, READER, "BEGIN"),
    )


def _engine(path: Path, settings: tuple[str, ...], begin: str) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        for setting in settings:
            connection.execute(setting)

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", start)
    return engine
