"""One database that is tampered with, how anybody opens it, and an earlier moment of it."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass(frozen=True, slots=True)
class Target:
    """One database of a copied home; `older` are earlier moments of its folder."""

    file: Path
    older: tuple[Path, ...]
    other: Path  # a stranger's
    random: Random

    @property
    def name(self) -> str:
        return self.file.name


@contextlib.contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """As anybody opens it; what is written is in the file afterwards."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def older_moment(target: Target) -> Iterator[sqlite3.Connection]:
    """An earlier moment of the same database; its copy stays as it is."""
    folder = target.file.parent / "older"
    shutil.copytree(target.random.choice(target.older), folder)
    try:
        with opened(folder / target.name) as connection:
            yield connection
    finally:
        shutil.rmtree(folder)
