"""Many files: worker processes share them, and kill -9 costs only what was not stored yet."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.files import hashers, rows, writer
from agent.files.errors import HashWorkerError, LedgerWriteError
from agent.files.ledger import Ledger, open_ledger
from agent.state.lock import holder

MANY = 1_600
FILLER = """
import sys
from pathlib import Path
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.files import hashers, writer
from agent.files.ledger import open_ledger

writer.BATCH = 200
hashers.BATCH_FILES = 16

def stop(seen):
    if seen >= 1500:  # workers may owe 384 of them
        print("in the middle", flush=True)
        sys.stdin.read()

with open_ledger(home_at(Path(sys.argv[1])), SystemClock()) as ledger:
    ledger.refresh(Path(sys.argv[2]), progress=stop)
"""


@pytest.fixture
def many(tree: Path) -> Path:
    for number in range(MANY):
        (tree / f"{number:05}").write_bytes(b"%d" % number)
    return tree


def test_after_kill_9_only_the_rest_is_hashed(home: Home, many: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", FILLER, str(home.config_dir), str(many)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout
    assert child.stdout.readline() == b"in the middle\n"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)
    with open_ledger(home, SystemClock()) as ledger:
        stored = sum(one.is_file for one in ledger.entries(many))
        refresh = ledger.refresh(many)
        assert stored >= 200
        assert refresh.hashed == MANY - stored
        assert sum(one.sha256 is not None for one in ledger.entries(many)) == MANY


def test_one_changed_file_among_many_is_the_one_hashed(ledger: Ledger, many: Path) -> None:
    assert ledger.refresh(many).hashed == MANY
    (many / "00777").write_bytes(b"mutated")
    assert ledger.refresh(many).hashed == 1


def test_a_dead_worker_is_an_error_and_not_a_silence(
    ledger: Ledger, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = (sys.executable, "-c", "import os; os.read(0, 1); os._exit(9)")
    monkeypatch.setattr(hashers, "COMMAND", dying)
    with pytest.raises(HashWorkerError):
        ledger.refresh(many)
    monkeypatch.undo()
    assert ledger.refresh(many).files == MANY


def test_no_worker_outlives_a_refresh_that_was_stopped(ledger: Ledger, many: Path) -> None:
    def stop(seen: int) -> None:
        if seen >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.refresh(many, progress=stop)
    workers = [
        child for child in psutil.Process().children() if "hash_worker" in " ".join(child.cmdline())
    ]
    assert workers == []


def test_a_full_disk_is_told_and_what_was_stored_stays(home: Home, many: Path) -> None:
    with open_ledger(home, SystemClock()) as ledger:
        ledger.refresh(many)
    connection = sqlite3.connect(home.database("ledger"), isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to be out of room
    rows_out = writer.RowWriter(connection)
    blank = rows.Row(b"\0x" * 400, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, "")
    for number in range(500):
        rows_out.put(blank._replace(key=blank.key + b"%d" % number))
    with pytest.raises(LedgerWriteError):
        rows_out.flush()
    connection.close()
    with open_ledger(home, SystemClock()) as ledger:
        assert ledger.refresh(many).hashed == 0


def test_only_one_process_at_a_time_fills_the_ledger(home: Home, many: Path) -> None:
    with open_ledger(home, SystemClock()) as first, open_ledger(home, SystemClock()) as second:
        first.refresh(many)
        with first.alone():
            assert holder(home, "ledger")
            assert first.refresh(many).hashed == 0
            assert len(list(second.entries(many))) == MANY + 1
        assert not holder(home, "ledger")
        assert second.refresh(many).hashed == 0
