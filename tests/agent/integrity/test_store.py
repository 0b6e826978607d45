"""The store of baselines by itself: nothing counts that does not bear our root."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.files.record import FileRecord
from agent.integrity.baseline_rows import MIGRATIONS
from agent.integrity.digest import BARE, Approval, Digest, entry_row
from agent.integrity.errors import BaselineWriteError
from agent.integrity.store import BaselineStore, open_store
from tests.agent.integrity.events.made import KEY, ROOT, record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CLOCK = SystemClock()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path)


@pytest.fixture
def store(home: Home) -> Iterator[BaselineStore]:
    with open_store(home, KEY, CLOCK) as opened:
        yield opened


def records(number: int) -> list[FileRecord]:
    return [record(b"%b/%d" % (ROOT, place)) for place in range(number)]


def approve(store: BaselineStore, number: int, person: str = "uid:1001") -> None:
    store.approve(store.write(ROOT, records(number), NOW, Approval((person,), "0123456789abcdef")))


def write(home: Home, statement: str, *values: object) -> None:
    connection = sqlite3.connect(home.database("baseline"), isolation_level=None)
    connection.execute(statement, values)
    connection.close()


def test_who_approved_cannot_be_another(store: BaselineStore, home: Home) -> None:
    approve(store, 3)
    connection = sqlite3.connect(home.database("baseline"))
    (facts,) = connection.execute("SELECT facts FROM baselines").fetchone()
    connection.close()
    write(home, "UPDATE baselines SET facts = ?", facts.replace(b"uid:1001", b"uid:1002"))
    assert store.of(ROOT) == ()
    assert not store.chain_holds()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM baselines WHERE id = 1",
        "DELETE FROM baselines WHERE id = 2",
        "DELETE FROM baselines WHERE id = 3",
        "DELETE FROM baselines",
        "DELETE FROM standing",
        "UPDATE baselines SET approved = 2 - approved",
        "UPDATE baselines SET root = (SELECT root FROM baselines WHERE id = 1) WHERE id = 2",
        "UPDATE baselines SET facts = (SELECT facts FROM baselines WHERE id = 1) WHERE id = 2",
        "INSERT INTO baselines SELECT id + 7, watched, 0, 0, 0, 0, root, 2, facts FROM baselines",
    ],
)
def test_history_that_was_cut_doubled_or_reordered_does_not_hold(
    store: BaselineStore, home: Home, change: str
) -> None:
    for number in (1, 2, 3):
        approve(store, number)
    assert store.chain_holds()
    assert [facts.files for facts in store.history()] == [1, 2, 3]
    write(home, change)
    held = store.chain_holds() and len(store.of(ROOT)) == 1 and store.holds(store.of(ROOT)[0])
    assert not held


def test_a_baseline_of_an_older_program_still_counts(home: Home) -> None:
    """Its rows have no attributes, its root no facts; the next approval names it."""
    home.state_dir.mkdir(parents=True)
    connection = sqlite3.connect(home.database("baseline"), isolation_level=None)
    connection.executescript(MIGRATIONS[0])
    connection.execute("PRAGMA user_version = 1")
    digest = Digest(KEY, ROOT, BARE)
    for one in records(2):
        row = entry_row(one)
        digest.add(row)
        places = ",".join("?" * 13)
        connection.execute(f"INSERT INTO entries VALUES ({places})", (1, *row[:12]))  # noqa: S608
    root = digest.entries()
    connection.execute("INSERT INTO baselines VALUES (1, ?, 7, 2, 10, 0, ?, 1)", (ROOT, root))
    connection.close()
    with open_store(home, KEY, CLOCK) as store:
        (old,) = store.of(ROOT)
        assert (old.root, old.approved, store.holds(old)) == (root, True, True)
        assert [one.attributes for one in store.records(old)] == [b"", b""]
        assert store.chain_holds()
        approve(store, 3)
        assert store.chain_holds()
        assert [one.files for one in store.of(ROOT)] == [3]


def test_what_was_sealed_before_a_crash_counts_and_what_was_not_is_forgotten(
    store: BaselineStore,
) -> None:
    sealed = store.write(ROOT, records(2), NOW)
    store.settle(())
    assert store.of(ROOT) == ()
    sealed = store.write(ROOT, records(2), NOW)
    assert sealed.facts is not None
    link = type(store.newest())(sealed.facts.number, sealed.root)
    store.settle((link,))
    assert [one.approved for one in store.of(ROOT)] == [True]
    assert store.newest() == link


def test_a_lost_file_goes_on_from_what_was_sealed(home: Home) -> None:
    with open_store(home, KEY, CLOCK) as store:
        approve(store, 1)
        approve(store, 2)
        newest = store.newest()
    home.database("baseline").unlink()
    with open_store(home, KEY, CLOCK) as store:
        store.settle((newest,))
        approve(store, 3)
        (only,) = store.history()
        assert (only.number, only.previous) == (3, newest.root)
        assert store.chain_holds()


def test_a_disk_that_is_full_is_told_and_nothing_is_approved(store: BaselineStore) -> None:
    approve(store, 2)
    before = store.newest()
    connection = store._connection  # noqa: SLF001 - the disk is made full for this one
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(BaselineWriteError):
        store.write(ROOT, records(3_000), NOW)
    assert store.newest() == before
    assert store.chain_holds()
