"""A database whose refusals, where the disk is to blame, are an error that a person can act on.

For stores that go on as if nothing were: whoever asks one of them in the middle of other work may
catch the error as any other of ours, and go on with the rest.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from agent.state.damage import is_of_the_disk
from agent.state.errors import StateDiskError


class SpokenCursor(sqlite3.Cursor):
    """Reading and writing; SQLite steps through rows only as they are fetched."""

    def execute(self, *given: Any) -> Self:  # noqa: ANN401 - sqlite3's own
        with _spoken(self.connection):
            super().execute(*given)
        return self

    def executemany(self, *given: Any) -> Self:  # noqa: ANN401
        with _spoken(self.connection):
            super().executemany(*given)
        return self

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        with _spoken(self.connection):
            return super().executescript(script)

    def fetchone(self) -> Any:  # noqa: ANN401
        with _spoken(self.connection):
            return super().fetchone()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        with _spoken(self.connection):
            return super().fetchmany(self.arraysize if size is None else size)

    def fetchall(self) -> list[Any]:
        with _spoken(self.connection):
            return super().fetchall()

    def __next__(self) -> Any:  # noqa: ANN401
        with _spoken(self.connection):
            return super().__next__()


class SpokenConnection(sqlite3.Connection):
    """Every cursor of it is one that speaks."""

    def __init__(self, database: Path, **given: Any) -> None:  # noqa: ANN401
        super().__init__(database, **given)
        self.folder = Path(database).parent

    def cursor(self, factory: Any = SpokenCursor) -> Any:  # noqa: ANN401
        return super().cursor(factory)

    def execute(self, *given: Any) -> Any:  # noqa: ANN401
        return self.cursor().execute(*given)

    def executemany(self, *given: Any) -> Any:  # noqa: ANN401
        return self.cursor().executemany(*given)

    def executescript(self, script: str, /) -> Any:  # noqa: ANN401
        return self.cursor().executescript(script)


@contextmanager
def _spoken(connection: sqlite3.Connection) -> Iterator[None]:
    """Say it in our words.

    Raises:
        StateDiskError: the disk has refused.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_of_the_disk(error):
            raise
        folder = getattr(connection, "folder", "")
        raise StateDiskError(folder=str(folder), reason=str(error)) from error
