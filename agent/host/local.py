"""This machine as facts ask it, or the files of another one below a root."""

import contextlib
import os
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from agent.clock import Clock, SystemClock
from agent.config.home import Home, home_at
from agent.errors import UnreadableFactError
from agent.host.door import FileStatus, status_of
from agent.host.files import FILE_LIMIT_BYTES, text_of, told
from agent.host.places import below
from agent.host.programs import output_of

USUAL_HOME = home_at(None)
_HERE = Path("/")


class LocalHost:
    """This machine, or the files of another one below `root`.

    `home` is where the agent's own folders really are; they are asked for by their usual names.
    """

    def __init__(
        self, root: Path = _HERE, clock: Clock | None = None, home: Home = USUAL_HOME
    ) -> None:
        self._root = root.resolve()
        self._clock = clock or SystemClock()
        self._home = home

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        """Standard output of a program with a clean environment and an empty standard input."""
        if self._root != _HERE:
            raise UnreadableFactError(" ".join(argv), "other_root")
        return output_of(argv, timeout_s, accept)

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        """The text of a file; below another root the last step is no link any more."""
        flags = 0 if self._root == _HERE else os.O_NOFOLLOW
        with told(path):
            return text_of(path, self._inside(path), limit_bytes, flags=flags)

    def listing(self, path: str) -> tuple[str, ...]:
        with told(path):
            return tuple(sorted(entry.name for entry in self._inside(path).iterdir()))

    def lstat(self, path: str) -> FileStatus:
        folder, _, name = path.rstrip("/").rpartition("/")
        with told(path):
            return status_of(os.lstat(self._beside(folder, name)))

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        """What one of the agent's own SQLite files answers; it is opened to be read only."""
        if self.lstat(database).kind != "file":  # a pipe would never be open
            raise UnreadableFactError(database, "not_a_file")
        address = f"{self._inside(database).as_uri()}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
                found = connection.execute(query).fetchall()
        except sqlite3.Error as error:
            raise UnreadableFactError(database, "failed", str(error)) from error
        return tuple(tuple(map(str, row)) for row in found)

    def now(self) -> datetime:
        return self._clock.now()

    def _beside(self, folder: str, name: str) -> Path:
        """The place of a name in a folder, itself not followed."""
        if not folder and self._root != _HERE:
            below(self._root, f"/{name}")  # refuses what only a running system has
        return self._inside(folder or "/") / name

    def _inside(self, path: str) -> Path:
        """The real place of `path`: links of a restored machine are followed below its root."""
        if self._root == _HERE:
            return _at_home(Path(path), self._home)
        return below(self._root, path)


def _at_home(path: Path, home: Home) -> Path:
    """Another home's folders stand in for the usual ones."""
    for usual, real in (
        (USUAL_HOME.config_dir, home.config_dir),
        (USUAL_HOME.state_dir, home.state_dir),
    ):
        if path.is_relative_to(usual):
            return real / path.relative_to(usual)
    return path
