"""Whether dpkg works is known by its lock, which is asked and never taken."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.integrity.noise.edge.lock import is_running

_HOLDS = """
import fcntl, sys
lock = open(sys.argv[1], "r+")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def admin(tmp_path: Path) -> Path:
    for name in ("lock", "lock-frontend"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture(params=["lock", "lock-frontend"])
def held(admin: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Another process holds it, as dpkg and apt do."""
    lock = str(admin / request.param)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield admin


def test_a_lock_that_another_process_holds_is_seen(held: Path) -> None:
    assert is_running(held) is True


def test_asking_takes_no_lock(admin: Path) -> None:
    assert is_running(admin) is False
    with (admin / "lock").open("r+") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_machine_without_dpkg_runs_none(tmp_path: Path) -> None:
    assert is_running(tmp_path) is False


def test_who_may_not_ask_does_not_know(admin: Path) -> None:
    """A link is not followed: also root gets no answer from one."""
    (admin / "lock").unlink()
    (admin / "lock").symlink_to(os.devnull)
    assert is_running(admin) is None
