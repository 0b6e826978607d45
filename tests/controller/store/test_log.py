"""The log's tree: proofs from stored nodes, whatever the batches were; damage is named."""

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from controller.errors import DamagedLogError, UnavailableError
from controller.store.engine import Database
from controller.store.entries import stored_entries
from controller.store.heads import (
    consistency_proof,
    inclusion_proof,
    log_head,
    log_size,
    root_at,
)
from controller.store.log import append
from controller.store.verify_log import verify_log
from tests.controller.speaking import NOW
from tests.controller.store.log_writer import entry
from wire.keys import SigningKey
from wire.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion

KEY = SigningKey(b"\x01" * 32)
BATCHES = (1, 2, 1, 4, 3, 7, 1, 8, 6)
SIZE = sum(BATCHES)


@pytest.fixture
def grown(database: Database) -> Database:
    """A log that grew in uneven batches."""
    for number, size in enumerate(BATCHES):
        with database.writing() as connection:
            entries = [entry(f"w{number}", step, KEY) for step in range(size)]
            assert len(append(connection, entries, NOW)) == size
    return database


def test_places_are_given_without_a_gap(grown: Database) -> None:
    with grown.reading() as connection:
        assert [row.log_index for row in stored_entries(connection)] == list(range(SIZE))
        assert verify_log(connection) == log_size(connection) == SIZE


def test_every_entry_is_proved_under_every_later_root(grown: Database) -> None:
    with grown.reading() as connection:
        leaves = [bytes.fromhex(row.leaf) for row in stored_entries(connection)]
        for size in range(1, SIZE + 1):
            root = root_at(connection, size)
            assert root is not None
            for index in range(size):
                proof = inclusion_proof(connection, index, size)
                verify_inclusion(leaves[index], index, size, proof, root)


def test_every_root_continues_every_earlier_one(grown: Database) -> None:
    with grown.reading() as connection:
        roots = [root_at(connection, size) or b"" for size in range(SIZE + 1)]
        assert roots[0] == EMPTY_ROOT
        assert roots[SIZE] == log_head(connection).root
        for old, new in pairwise(range(SIZE + 1)):
            verify_consistency(
                old, new, consistency_proof(connection, old, new), roots[old], roots[new]
            )
            proof = consistency_proof(connection, old, SIZE)
            verify_consistency(old, SIZE, proof, roots[old], roots[SIZE])


def stop_after_appending(database: Database) -> None:
    with database.writing() as connection:
        append(connection, [entry("late", 1, KEY)], NOW)
        raise InterruptedError


def append_to_a_full_disk(database: Database) -> None:
    with database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        append(connection, [entry("much", number, KEY) for number in range(500)], NOW)


def test_a_transaction_that_fails_leaves_nothing(grown: Database) -> None:
    with pytest.raises(InterruptedError):
        stop_after_appending(grown)
    with grown.reading() as connection:
        assert verify_log(connection) == SIZE


def test_a_full_disk_is_named_and_loses_nothing_that_was_there(grown: Database) -> None:
    with pytest.raises(UnavailableError, match="full"):
        append_to_a_full_disk(grown)
    with grown.reading() as connection:
        assert verify_log(connection) == SIZE


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log_entry SET envelope = x'00' WHERE log_index = 5",
        "UPDATE log_entry SET received_at_ms = 5 WHERE log_index = 5",
        "UPDATE log_entry SET kind = 'gap' WHERE log_index = 5",
        "DELETE FROM log_entry WHERE log_index = 5",
        "DELETE FROM log_entry WHERE log_index = (SELECT max(log_index) FROM log_entry)",
        "UPDATE facility_head SET sequence = sequence + 1",
    ],
    ids=["envelope", "time", "kind", "missing", "truncated", "head"],
)
def test_damage_is_found_wherever_it_is(grown: Database, tmp_path: Path, damage: str) -> None:
    connection = sqlite3.connect(tmp_path / "controller.sqlite")
    with connection:
        connection.execute(damage)
    connection.close()
    with grown.reading() as reading, pytest.raises(DamagedLogError):
        verify_log(reading)
