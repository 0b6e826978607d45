"""The watching process as the daemon's child: it is kept alive, heard, and ended."""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.daemon.restarts import Ends, Restarts, read_ends, too_often
from agent.daemon.watching import WatchChild

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class DrivenClock:
    def __init__(self) -> None:
        self.moment_s = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.moment_s)

    def monotonic(self) -> float:
        return self.moment_s

    def sleep(self, seconds: float) -> None:
        self.moment_s += seconds


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def restarts(tmp_path: Path, clock: DrivenClock) -> Restarts:
    return Restarts(tmp_path / "ends.json", clock)


def test_the_pauses_before_a_restart_grow_to_a_minute(restarts: Restarts) -> None:
    pauses = []
    for _ in range(9):
        restarts.began()
        pauses.append(restarts.ended(1))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_after_a_long_life_the_pause_is_short_again(restarts: Restarts, clock: DrivenClock) -> None:
    for _ in range(5):
        restarts.began()
        restarts.ended(1)
    restarts.began()
    clock.sleep(600)
    assert restarts.ended(1) == 1


def test_one_that_dies_often_is_a_fault_and_one_that_died_long_ago_is_none(
    tmp_path: Path, restarts: Restarts, clock: DrivenClock
) -> None:
    for _ in range(3):
        restarts.began()
        restarts.ended(-9)
    ends = read_ends(tmp_path / "ends.json")
    assert ends.code == -9
    assert too_often(ends, clock.now())
    assert not too_often(ends, clock.now() + timedelta(hours=2))
    assert not too_often(Ends(ends.at[:2]), clock.now())


def test_a_full_disk_does_not_end_the_restarting(tmp_path: Path, clock: DrivenClock) -> None:
    lost = Restarts(tmp_path / "no folder/ends.json", clock)
    assert lost.ended(1) == 1
    assert read_ends(tmp_path / "no folder/ends.json") == Ends()


def _child(code: str, restarts: Restarts, nudged: threading.Event) -> WatchChild:
    return WatchChild((sys.executable, "-I", "-c", code), nudged.set, restarts)


def _wait(condition: object, what: str) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_what_it_writes_is_a_nudge_and_it_ends_when_asked(restarts: Restarts) -> None:
    nudged = threading.Event()
    code = "import os, time; os.write(1, b'!'); time.sleep(600)"
    child = _child(code, restarts, nudged)
    child.start()
    assert nudged.wait(20)
    begun = time.monotonic()
    child.stop()
    assert time.monotonic() - begun < 10
    assert not child.alive


def test_one_that_dies_is_started_again(tmp_path: Path, restarts: Restarts) -> None:
    lives = tmp_path / "lives"
    code = f"open({str(lives)!r}, 'a').write('x'); raise SystemExit(3)"
    child = _child(code, restarts, threading.Event())
    child.start()
    _wait(lambda: lives.exists() and len(lives.read_text()) >= 2, "the second life")
    child.stop()
    assert read_ends(tmp_path / "ends.json").code == 3


def test_one_that_was_asked_to_end_by_somebody_is_no_fault(
    tmp_path: Path, restarts: Restarts
) -> None:
    restarts.began()
    assert restarts.ended(0) == 1
    assert read_ends(tmp_path / "ends.json") == Ends()


def test_one_that_does_not_listen_is_killed(restarts: Restarts) -> None:
    nudged = threading.Event()
    code = (
        "import os, signal, time; signal.signal(15, signal.SIG_IGN);"
        "os.write(1, b'!'); time.sleep(600)"
    )
    child = WatchChild((sys.executable, "-I", "-c", code), nudged.set, restarts, grace_s=(0.2, 5.0))
    child.start()
    assert nudged.wait(20)
    child.stop()
    assert not child.alive


def test_one_that_says_nothing_any_more_is_ended_and_started_again(
    tmp_path: Path, restarts: Restarts
) -> None:
    """As one that a dead file server holds: it lives, and answers not even SIGTERM."""
    lives = tmp_path / "lives"
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(lives)!r}, 'a').write('x'); time.sleep(600)"
    )
    argv = (sys.executable, "-I", "-c", code)
    child = WatchChild(argv, lambda: None, restarts, grace_s=(0.1, 5.0), silent_s=1.0)
    child.start()
    deadline = time.monotonic() + 30
    while not lives.exists() or lives.read_text() != "xx":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child.stop()
    assert read_ends(tmp_path / "ends.json").code == -9


def test_a_sign_of_life_is_no_nudge(restarts: Restarts) -> None:
    nudged = threading.Event()
    code = (
        "import os, time; os.write(1, b'.'); time.sleep(1.5); os.write(1, b'.!'); time.sleep(600)"
    )
    child = WatchChild((sys.executable, "-I", "-c", code), nudged.set, restarts, silent_s=3.0)
    child.start()
    assert not nudged.wait(1.0)
    assert nudged.wait(20)
    child.stop()
