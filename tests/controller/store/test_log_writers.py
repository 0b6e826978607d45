"""Four processes write the log at once and are killed at random moments."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from controller.store.engine import open_database
from controller.store.entries import stored_entries
from controller.store.rebuild import projections_digest, rebuild
from controller.store.schema import upgrade
from controller.store.verify_log import verify_log

WRITER = Path(__file__).parent / "log_writer.py"
ROOT = Path(__file__).parents[3]
WRITERS = 4
ROUNDS = 3


def start(database: Path, name: str, acknowledged: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(database), name, str(acknowledged)], cwd=ROOT
    )


def wait_for_lines(path: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)
    pytest.fail(f"{path.name} has not {count} lines")


def test_four_writers_killed_at_random_lose_nothing_that_they_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    database = open_database(path)
    upgrade(database)
    chance = random.Random(20261121)  # noqa: S311 - moments of death, no secret
    acknowledged: list[Path] = []
    for turn in range(ROUNDS):
        files = [tmp_path / f"acknowledged-{turn}-{number}" for number in range(WRITERS)]
        writers = [start(path, f"w{turn}.{number}", file) for number, file in enumerate(files)]
        for file in files:
            wait_for_lines(file, 1 + chance.randrange(4))
        for writer in chance.sample(writers, WRITERS):
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
        acknowledged += files
    with database.reading() as connection:
        entries = verify_log(connection)  # no gap, no fork, every hash as stored
        stored = {row.log_index: row.digest for row in stored_entries(connection)}
    lines = [line.split() for file in acknowledged for line in file.read_text().splitlines()]
    whole = [line for line in lines if len(line) == 2 and len(line[1]) == 64]
    assert entries == len(stored) >= len(whole) >= WRITERS * ROUNDS
    assert all(stored[int(index)] == digest for index, digest in whole)
    with database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before
    database.close()
