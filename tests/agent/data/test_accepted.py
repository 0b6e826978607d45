"""What a person accepted once is the new usual: accepted again it need not be."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.config.datasets import Dataset, SqliteFiles
from tests.agent.data.conftest import Judge
from wire.verdicts import BackupVerdict, Cause

GREEN = (BackupVerdict.GREEN, None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "share"
    made.mkdir()
    for number in range(100):
        (made / str(number)).write_text("x" * 1000)
    return made


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "his.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE patient (name TEXT)")
        connection.executemany("INSERT INTO patient VALUES (?)", [("x" * 100,)] * 4000)
        connection.commit()
    return file


def test_a_folder_that_was_accepted_once_is_green_and_may_not_collapse_further(
    judge: Judge, folder: Path
) -> None:
    share = Dataset("share", "0 * * * *", "8h", paths=(folder,))
    for _ in range(5):
        assert judge.run(share) == GREEN
    leave(folder, 40)
    assert judge.run(share)[1] is Cause.SOURCE_SHRUNK
    assert judge.run(share, accept_source=True) == GREEN
    assert judge.run(share) == GREEN
    leave(folder, 15)
    for _ in range(2):
        assert judge.run(share)[1] is Cause.SOURCE_SHRUNK


def test_a_dump_that_was_accepted_once_is_green_and_may_not_collapse_further(
    judge: Judge, database: Path
) -> None:
    dump = Dataset("his", "0 * * * *", "8h", sqlite=SqliteFiles((database,)))
    for _ in range(5):
        assert judge.run(dump) == GREEN
    keep_rows(database, 800)
    assert judge.run(dump)[1] is Cause.SOURCE_SHRUNK
    assert judge.run(dump, accept_source=True) == GREEN
    assert judge.run(dump) == GREEN
    keep_rows(database, 100)
    for _ in range(2):
        assert judge.run(dump)[1] is Cause.SOURCE_SHRUNK


def test_a_word_that_was_not_needed_moves_nothing(judge: Judge, folder: Path) -> None:
    """Else whoever always says it would let a source shrink by steps without end."""
    share = Dataset("share", "0 * * * *", "8h", paths=(folder,))
    for _ in range(3):
        assert judge.run(share) == GREEN
    leave(folder, 60)
    assert judge.run(share, accept_source=True) == GREEN
    leave(folder, 40)
    assert judge.run(share)[1] is Cause.SOURCE_SHRUNK


def leave(folder: Path, files: int) -> None:
    for file in sorted(folder.iterdir())[files:]:
        file.unlink()


def keep_rows(file: Path, rows: int) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM patient WHERE rowid > ?", (rows,))
        connection.commit()
        connection.execute("VACUUM")
