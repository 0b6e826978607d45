"""On a full disk each store of the agent raises an error that a person can act on, and goes on."""

import contextlib
import ctypes
import errno
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.backup.records.records import open_records
from agent.backup.restore.names_index import open_names
from agent.checks.history import open_history
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.drills.journal import open_drills
from agent.facts.slow import Memory as SlowMemory
from agent.facts.slow import open_slow_facts
from agent.integrity.ransom.store import open_suspicions
from agent.notify.memory import open_mail_memory
from agent.state.database import open_state, transaction
from agent.state.errors import StateDiskError
from agent.state.spoken import SpokenConnection
from agent.uplink.memory import open_memory

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CLOCK = SystemClock()
LONG = "x" * 20_000  # more than what a page that is there has room for
Write = Callable[[int], object]
ROOM = 4 * 2**20


@contextlib.contextmanager
def suspicions(home: Home) -> Iterator[Write]:
    with open_suspicions(home, bytes(32), CLOCK) as store:
        yield lambda number: store.keep_signs({LONG.encode(): ()}, number)


@contextlib.contextmanager
def memory(home: Home) -> Iterator[Write]:
    with closing(open_memory(home, CLOCK)) as store:
        yield lambda number: store.keep(f"fact {number}", LONG)


@contextlib.contextmanager
def mails(home: Home) -> Iterator[Write]:
    with closing(open_mail_memory(home, CLOCK)) as store:
        yield lambda number: store.known_since((f"{number} {LONG}",), NOW)


@contextlib.contextmanager
def slow_facts(home: Home) -> Iterator[Write]:
    with closing(open_slow_facts(home, CLOCK)) as store:
        yield lambda number: store.remember(f"fact {number}", SlowMemory(NOW, LONG.encode()))


@contextlib.contextmanager
def backup_records(home: Home) -> Iterator[Write]:
    with closing(open_records(home, CLOCK)) as store:
        yield lambda _: store.holds().place("uid:0", LONG, NOW, os.urandom)


@contextlib.contextmanager
def drills(home: Home) -> Iterator[Write]:
    with closing(open_drills(home, CLOCK)) as store:
        yield lambda number: store.claim_nonce(f"{number} {LONG}", NOW)


@contextlib.contextmanager
def names(home: Home) -> Iterator[Write]:
    with closing(open_names(home, CLOCK)) as store:
        yield lambda number: store.learn(LONG, f"tree {number}", (), NOW)


@contextlib.contextmanager
def checks(home: Home) -> Iterator[Write]:
    with open_history(home, CLOCK) as store:
        yield lambda _: store.record((), NOW)


STORES = (suspicions, memory, mails, slow_facts, backup_records, drills, names)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@contextlib.contextmanager
def no_file_may_grow() -> Iterator[None]:
    """What a quota does, and a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("store", STORES)
def test_what_the_disk_refuses_is_said_in_our_words_and_done_later(
    home: Home, store: Callable[[Home], contextlib.AbstractContextManager[Write]]
) -> None:
    with store(home) as write:
        write(0)
        with no_file_may_grow(), pytest.raises(StateDiskError) as refused:
            write(1)
        assert str(home.state_dir) in str(refused.value)
        write(2)


@pytest.mark.parametrize("store", [*STORES, checks])
def test_no_store_can_be_opened_first_on_a_full_disk_without_a_sentence(
    home: Home, store: Callable[[Home], contextlib.AbstractContextManager[Write]]
) -> None:
    home.state_dir.mkdir(parents=True)
    with no_file_may_grow(), pytest.raises(StateDiskError), store(home):
        pass


@pytest.mark.parametrize("store", STORES)
def test_a_filesystem_without_any_room(
    tmp_path: Path, store: Callable[[Home], contextlib.AbstractContextManager[Write]]
) -> None:
    """Root's own small one; nobody else may mount, and meets a limit instead."""
    with mounted(tmp_path / "small") as place, store(home_at(place)) as write:
        write(0)
        with filled(place / "full"), pytest.raises(StateDiskError):
            for _ in map(write, range(1, 1_000)):
                pass
        write(1_001)


def test_other_faults_stay_what_they_are(home: Home) -> None:
    connection = open_state(home, "thing", ("CREATE TABLE t (a TEXT);",), CLOCK, SpokenConnection)
    with closing(connection), pytest.raises(sqlite3.OperationalError, match="no such table"):
        connection.execute("SELECT * FROM u")


def test_a_transaction_that_is_refused_is_undone(home: Home) -> None:
    connection = open_state(home, "thing", ("CREATE TABLE t (a TEXT);",), CLOCK, SpokenConnection)
    with closing(connection):
        with no_file_may_grow(), pytest.raises(StateDiskError), transaction(connection):
            connection.executemany("INSERT INTO t VALUES (?)", [(LONG,)] * 10)
        assert connection.execute("SELECT count(*) FROM t").fetchone()[0] == 0


@contextlib.contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """A filesystem of its own, of a few megabytes; an ordinary user gets a folder."""
    place.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    refused = libc.mount(b"tmpfs", bytes(place), b"tmpfs", 0, f"size={ROOM}".encode())
    if refused:
        assert ctypes.get_errno() == errno.EPERM
    try:
        yield place
    finally:
        if not refused:
            libc.umount2(bytes(place), 2)


@contextlib.contextmanager
def filled(file: Path) -> Iterator[None]:
    """Nothing more fits beside this file."""
    if not file.parent.is_mount():
        with no_file_may_grow():
            yield
        return
    with file.open("wb", buffering=0) as stream:
        for size in (2**16, 1):
            with contextlib.suppress(OSError):
                while stream.write(bytes(size)) == size:
                    pass
    yield
    file.unlink()
