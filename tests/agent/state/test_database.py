"""State files: upgraded, never silently replaced; locks that die with their holder."""

import errno
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.daemon.app import open_app
from agent.errors import BusyError
from agent.state import gaps
from agent.state.damage import refusal_of
from agent.state.database import open_state, transaction
from agent.state.errors import (
    StateDiskError,
    StateFolderError,
    StateReadOnlyError,
    StateTooNewError,
    folder_error,
)
from agent.state.lock import hold, holder
from tests.agent.integrity.live.test_filesystems import mounted
from wire.errors import CONFIGURATION, UNDECIDED

CLOCK = SystemClock()
FIRST = "CREATE TABLE thing (name TEXT)"
SECOND = "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7"

HOLDER = """
import sys, time
from pathlib import Path
from agent.config.home import home_at
from agent.state.lock import hold
with hold(home_at(Path(sys.argv[1])), "task"):
    print("held", flush=True)
    time.sleep(60)
"""


FULL = """
import resource, sys
from pathlib import Path
from agent.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
sys.argv = ["lachan-agent", "--home", sys.argv[1], "--lang", "en", *sys.argv[2:]]
main()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path)


def test_what_is_committed_is_there_again(home: Home) -> None:
    connection = open_state(home, "thing", (FIRST,), CLOCK)
    with transaction(connection):
        connection.execute("INSERT INTO thing VALUES ('kept')")
    with pytest.raises(sqlite3.ProgrammingError), transaction(connection):
        connection.executemany("INSERT INTO thing VALUES (?)", [("rolled back",), (1, 2)])
    connection.close()
    again = open_state(home, "thing", (FIRST,), CLOCK)
    assert [row["name"] for row in again.execute("SELECT * FROM thing")] == ["kept"]
    again.close()
    assert gaps.all_gaps(home) == ()


def test_writes_are_durable(home: Home) -> None:
    connection = open_state(home, "thing", (FIRST,), CLOCK)
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()


def test_an_older_file_is_upgraded_with_its_content(home: Home) -> None:
    connection = open_state(home, "thing", (FIRST,), CLOCK)
    connection.execute("INSERT INTO thing VALUES ('old')")
    connection.close()
    connection = open_state(home, "thing", (FIRST, SECOND), CLOCK)
    assert tuple(connection.execute("SELECT name, size FROM thing").fetchone()) == ("old", 7)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
    connection.close()


def test_a_newer_file_is_not_touched(home: Home) -> None:
    open_state(home, "thing", (FIRST, SECOND), CLOCK).close()
    with pytest.raises(StateTooNewError):
        open_state(home, "thing", (FIRST,), CLOCK)
    assert gaps.all_gaps(home) == ()


def test_a_broken_upgrade_leaves_the_old_version(home: Home) -> None:
    open_state(home, "thing", (FIRST,), CLOCK).close()
    with pytest.raises(sqlite3.OperationalError):
        open_state(home, "thing", (FIRST, "CREATE TABLE two (a TEXT); NONSENSE"), CLOCK)
    connection = open_state(home, "thing", (FIRST, SECOND), CLOCK)
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert names == {"thing"}
    connection.close()


def damage_truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size - 100])


def damage_header(file: Path) -> None:
    file.write_bytes(b"x" * 100 + file.read_bytes()[100:])


def damage_middle(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[4096 : 4096 + 200] = b"\xff" * 200
    file.write_bytes(raw)


def damage_empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [damage_truncate, damage_header, damage_middle, damage_empty])
def test_a_damaged_file_is_kept_aside_and_remembered(home: Home, damage) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    connection = open_state(home, "thing", (FIRST,), CLOCK)
    connection.execute("INSERT INTO thing VALUES (hex(randomblob(3000)))")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file = home.database("thing")
    damage(file)
    damaged = file.read_bytes()
    connection = open_state(home, "thing", (FIRST,), CLOCK)
    assert connection.execute("SELECT count(*) FROM thing").fetchone()[0] == 0
    connection.close()
    (gap,) = gaps.waiting(home)
    assert gap.purpose == "thing"
    assert (home.state_dir / gap.kept_as).read_bytes() == damaged


def test_a_vanished_file_is_remembered(home: Home) -> None:
    open_state(home, "thing", (FIRST,), CLOCK).close()
    home.database("thing").unlink()
    open_state(home, "thing", (FIRST,), CLOCK).close()
    assert [gap.reason for gap in gaps.waiting(home)] == ["missing"]


def test_a_first_file_is_no_gap(home: Home) -> None:
    open_state(home, "thing", (FIRST,), CLOCK).close()
    assert gaps.waiting(home) == ()


def test_many_openers_at_once_make_one_file(home: Home) -> None:
    def open_and_write() -> None:
        connection = open_state(home, "thing", (FIRST,), CLOCK)
        with transaction(connection):
            connection.execute("INSERT INTO thing VALUES ('x')")
        connection.close()

    threads = [threading.Thread(target=open_and_write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection = open_state(home, "thing", (FIRST,), CLOCK)
    assert connection.execute("SELECT count(*) FROM thing").fetchone()[0] == 8
    connection.close()
    assert gaps.all_gaps(home) == ()


def test_the_journal_of_gaps_survives_a_torn_line(home: Home) -> None:
    gap = gaps.StateGap("thing", "damaged", "x", CLOCK.now())
    home.state_dir.mkdir()
    gaps.remember(home, gap)
    with (home.state_dir / "gaps.jsonl").open("ab") as stream:
        stream.write(b'{"purpose": "to')
    gaps.remember(home, gap)
    assert [found.purpose for found in gaps.waiting(home)] == ["thing", "gaps", "thing"]


def test_said_gaps_wait_no_more(home: Home) -> None:
    home.state_dir.mkdir()
    for name in ("one", "two", "three"):
        gaps.remember(home, gaps.StateGap(name, "damaged", "", CLOCK.now()))
    gaps.said(home, 2)
    assert [gap.purpose for gap in gaps.waiting(home)] == ["three"]
    assert len(gaps.all_gaps(home)) == 3


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(StateFolderError) as refusal:
        open_state(home_at(tmp_path), "thing", (FIRST,), CLOCK)
    assert refusal.value.exit_code == 78


def test_the_state_folder_and_its_files_are_private(home: Home) -> None:
    open_state(home, "thing", (FIRST,), CLOCK).close()
    assert home.state_dir.stat().st_mode & 0o077 == 0
    assert home.database("thing").stat().st_mode & 0o077 == 0


def test_a_lock_has_one_holder_who_is_named(home: Home) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.config_dir)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(BusyError, match=str(child.pid)) as refusal, hold(home, "task"):
        pass
    assert refusal.value.exit_code == 2
    held = holder(home, "task")
    assert held is not None
    assert held[0] == child.pid
    child.kill()
    child.communicate()
    with hold(home, "task", wait_s=5):
        pass


def test_a_free_lock_has_no_holder(home: Home) -> None:
    assert holder(home, "task") is None
    with hold(home, "task"), hold(home, "another"):
        pass
    assert holder(home, "task") is None


def test_what_is_busy_is_named_in_words(home: Home) -> None:
    with hold(home, "watch"), pytest.raises(BusyError) as told, hold(home, "watch"):
        pass
    assert str(told.value).startswith("The watching of files is already running")


def test_waiting_for_a_lock_ends_when_it_is_free(home: Home) -> None:
    order: list[str] = []
    with hold(home, "task"):
        waiter = threading.Thread(target=lambda: _hold_and_note(home, order))
        waiter.start()
        order.append("first")
    waiter.join(timeout=20)
    assert order == ["first", "second"]


def _hold_and_note(home: Home, order: list[str]) -> None:
    with hold(home, "task", wait_s=20):
        order.append("second")


@pytest.mark.parametrize("words", [("integrity", "events"), ("integrity", "scan"), ("status",)])
def test_where_nothing_can_be_written_it_is_one_sentence(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "agent.yaml").write_text(f"integrity: [{{path: {tmp_path}/share, names: full}}]\n")
    (tmp_path / "share").mkdir()
    open_app(home_at(home)).close()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(home), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == UNDECIDED, done.stderr
    assert "Traceback" not in done.stderr
    assert f"The state folder {home}/state cannot be used now" in done.stderr
    assert "Make room" in done.stderr


@pytest.mark.parametrize("words", [("integrity", "events"), ("integrity", "head"), ("status",)])
def test_on_a_full_disk_one_can_still_look_while_the_agent_lives(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    home = home_at(tmp_path / "home")
    home.config_dir.mkdir()
    home.agent_yaml.write_text(f"integrity: [{{path: {tmp_path}/share, names: full}}]\n")
    (tmp_path / "share").mkdir()
    app = open_app(home)
    try:
        done = subprocess.run(
            [sys.executable, "-c", FULL, str(home.config_dir), *words],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        app.close()
    assert "Traceback" not in done.stderr
    assert "cannot be used" not in done.stderr
    assert done.stdout


def _errno(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (_errno(errno.ENOSPC), True),
        (_errno(errno.EDQUOT), True),
        (_errno(errno.EROFS), True),
        (_errno(errno.EIO), True),
        (_errno(errno.EACCES), False),
        (sqlite3.OperationalError("no such table: thing"), False),
        (ValueError("disk"), False),
    ],
)
def test_the_disk_is_blamed_for_what_it_does_and_for_nothing_else(
    error: Exception, refused: object
) -> None:
    assert bool(refusal_of(error)) is refused


def test_a_folder_without_a_right_is_not_said_to_be_a_full_disk(tmp_path: Path) -> None:
    error = folder_error(tmp_path, _errno(errno.EACCES))
    assert not isinstance(error, StateDiskError)
    assert isinstance(folder_error(tmp_path, _errno(errno.ENOSPC)), StateDiskError)


def test_a_folder_on_a_disk_that_may_only_be_read_says_so_and_what_to_do(tmp_path: Path) -> None:
    """An ordinary user may mount nothing: then the refusal of a folder's right is proved."""
    home = home_at(tmp_path)
    if os.geteuid():
        home.state_dir.mkdir(mode=0o500)
        with pytest.raises(StateFolderError) as told:
            open_state(home, "thing", (FIRST,), CLOCK)
        assert told.value.exit_code == CONFIGURATION
        return
    with (
        mounted("tmpfs", home.state_dir, "-t", "tmpfs", "-o", "ro"),
        pytest.raises(StateReadOnlyError) as told,
    ):
        open_state(home, "thing", (FIRST,), CLOCK)
    assert told.value.exit_code == UNDECIDED
    assert "journalctl -k" in told.value.hint
