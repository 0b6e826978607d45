"""Dead locks go, living ones stay: real lock objects, on a stopwatch of the test."""

import hashlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.backup import passwords
from agent.backup.verification import resuming
from agent.clock import SystemClock
from agent.restic import children, locks, saving
from agent.restic.door import Job, Restic
from agent.restic.environment import Repository, Workplace, environment
from agent.restic.errors import ResticError
from agent.restic.patience import Patience
from wire.verdicts import Cause

MINUTE_S = 60.0
RENEWED_EVERY_S = 300.0


@dataclass
class Stopwatch:
    """A clock that only sleeping moves. A holder renews its lock every five minutes of it."""

    passed_s: float = 1000.0
    renewals: list[Path] = field(default_factory=list)  # the lock, and the next ones, elsewhere

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        before = self.passed_s // RENEWED_EVERY_S
        self.passed_s += seconds
        if self.renewals and self.passed_s // RENEWED_EVERY_S > before:
            old = self.renewals.pop(0)
            self.renewals[0] = self.renewals[0].rename(old.with_name(self.renewals[0].name))
            old.unlink()


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Restic:
    """A repository at a folder that opens quickly."""
    folder = tmp_path_factory.mktemp("locks")
    password = folder / "password"
    passwords.make(password, os.urandom)
    restic = Restic(Repository("a", str(folder / "repository"), password), Workplace(folder / "w"))
    saving.init(restic)
    return restic


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def restic(born: Restic, watch: Stopwatch, tmp_path: Path) -> Restic:
    for lock in folder_of(born).iterdir():
        lock.unlink()
    patience = Patience(clock=watch, look_every_s=100.0)
    return replace(born, workplace=Workplace(tmp_path / "work"), patience=patience)


def folder_of(restic: Restic) -> Path:
    return Path(restic.repository.address) / "locks"


def lock_of_a_stranger(restic: Restic, *words: str) -> Path:
    """A real lock of this host's name that no journal knows; its holder is dead by now."""
    restic.workplace.folder.mkdir(parents=True, exist_ok=True)
    restic.workplace.repository_file("a").write_text(restic.repository.address)
    before = set(folder_of(restic).iterdir())
    with subprocess.Popen(
        ["restic", *words],
        env=dict(environment(restic.workplace, restic.repository)),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not (new := set(folder_of(restic).glob("[0-9a-f]" * 64)) - before):
            assert process.poll() is None
            threading.Event().wait(0.01)
        process.kill()
    (lock,) = new
    return lock


def shared(restic: Restic) -> Path:
    return lock_of_a_stranger(restic, "backup", "--stdin")


def alone(restic: Restic) -> Path:
    """An exclusive one."""
    return lock_of_a_stranger(restic, "prune", "--max-unused", "0")


def test_a_dead_strangers_lock_is_passed_after_eleven_minutes_and_not_before(
    restic: Restic, watch: Stopwatch
) -> None:
    lock = alone(restic)
    began_s = watch.passed_s
    locks.past_locks(locks.Need((restic,)), lambda: restic.run(Job(("snapshots",))))
    assert 11 * MINUTE_S <= watch.passed_s - began_s <= 13 * MINUTE_S
    assert not lock.exists()
    prune = locks.Need((restic,), exclusive=True, takes_away=True)
    watch.sleep(23 * 3600)
    with pytest.raises(ResticError) as caught:
        locks.past_locks(prune, lambda: None)
    assert caught.value.cause is Cause.LOCKED
    watch.sleep(3600)
    locks.past_locks(prune, lambda: None)


def test_a_lock_that_is_renewed_is_waited_for_and_told_and_stays(
    restic: Restic, watch: Stopwatch, tmp_path: Path
) -> None:
    later: list[Path] = []
    for _ in range(4):
        lock = alone(restic)
        later.append(lock.rename(tmp_path / lock.name))
    watch.renewals = [alone(restic), *later]
    began_s = watch.passed_s
    with pytest.raises(ResticError) as caught:
        locks.past_locks(locks.Need((restic,)), lambda: restic.run(Job(("snapshots",))))
    assert caught.value.cause is Cause.LOCKED
    assert f"on {os.uname().nodename}" in caught.value.says
    assert watch.passed_s - began_s <= 17 * MINUTE_S
    assert len(list(folder_of(restic).iterdir())) == 1


def test_a_shared_lock_does_not_keep_a_backup_waiting(restic: Restic, watch: Stopwatch) -> None:
    lock = shared(restic)
    began_s = watch.passed_s
    assert locks.clear(restic) == ()
    assert [one.id for one in locks.clear(restic, exclusive=True)] == [lock.name]
    assert watch.passed_s == began_s


def test_the_watch_outlives_the_process_but_no_reboot(
    restic: Restic, watch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(restic)
    assert locks.clear(restic, exclusive=True)
    watch.sleep(12 * MINUTE_S)
    another = replace(restic)  # as another process of this agent would see it
    with monkeypatch.context() as patched:
        patched.setattr("agent.restic.sightings.boot_id", lambda: "another boot")
        assert locks.clear(another, exclusive=True)
    watch.sleep(12 * MINUTE_S)
    assert locks.clear(another, exclusive=True)  # the watch began anew, twice
    watch.sleep(12 * MINUTE_S)
    assert locks.clear(another, exclusive=True) == ()


def test_a_lock_that_cannot_be_read_may_be_anothers(restic: Restic) -> None:
    assert not locks.anybody_else_there(restic)
    (folder_of(restic) / ("ab" * 32)).write_bytes(b"x")
    assert locks.anybody_else_there(restic)


def test_a_short_object_is_left_to_the_sites_janitor(restic: Restic) -> None:
    rogue = folder_of(restic) / hashlib.sha256(b"x").hexdigest()
    rogue.write_bytes(b"x")
    assert locks.clear(restic, exclusive=True) == ()
    assert rogue.exists()
    with pytest.raises(ResticError) as caught:
        restic.run(Job(("snapshots",)))
    assert caught.value.cause is Cause.RESTIC_CRASHED


def test_an_orphan_is_ended_and_what_it_held_is_cleared(restic: Restic) -> None:
    """Its agent was killed: it has nobody to talk to."""
    restic.workplace.folder.mkdir(parents=True, exist_ok=True)
    restic.workplace.children.mkdir()
    restic.workplace.repository_file("a").write_text(restic.repository.address)
    variables = dict(environment(restic.workplace, restic.repository))
    with subprocess.Popen(
        ["restic", "backup", "--stdin"],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        record = children.record(
            restic.workplace.children, process.pid, (restic.repository.address,), "backup", 0.0
        )
        while not (held := list(folder_of(restic).glob("[0-9a-f]" * 64))):
            assert process.poll() is None
            threading.Event().wait(0.01)
        record.saw(frozenset(lock.name for lock in held))
        orphaned(restic, record)
        os.kill(process.pid, signal.SIGSTOP)  # deaf, too
        assert resuming.stop_orphans(restic.workplace, SystemClock()) == 1
        assert process.wait(20) != 0
    resuming.settle(restic)
    assert list(folder_of(restic).iterdir()) == []
    assert list(restic.workplace.children.iterdir()) == []


def orphaned(restic: Restic, record: children.Record) -> None:
    """As if another agent, which is gone, had started it."""
    file = next(restic.workplace.children.glob("[0-9]*"))
    ours = f'"parent_ticks":{record.started.parent_ticks}'
    file.write_text(file.read_text().replace(ours, '"parent_ticks":1'))
