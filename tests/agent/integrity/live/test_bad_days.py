"""A clock that is set, a watching that is held up, a watched path that is taken away."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.integrity.live_job import mark_file
from agent.files.journal import Transition
from agent.files.record import FileRecord
from agent.integrity.change import Kind
from agent.integrity.events.event import EventKind
from agent.integrity.live.alive import Mark
from agent.integrity.live.attribute import Touches
from agent.integrity.live.changes import seen_of
from agent.integrity.live.gaps import GapReason
from agent.integrity.live.roots import roots_of
from agent.integrity.live.touch import waited_since
from agent.integrity.seen import LONG_AGO, Seen
from tests.agent.integrity.live.conftest import ROOT, Wanted, World, watching
from tests.agent.integrity.live.test_process import (
    paths_told,
    stored,
    until,
    until_it_watches,
    watcher,
)
from tests.agent.integrity.noise.making import record
from tests.agent.integrity.said import said
from wire.integrity_messages import FileEvents

YEAR = timedelta(days=365)
_S = 1_000_000_000


@dataclass
class SetClock:
    """The wall clock can be set; stopwatch and time since the boot go on."""

    ahead: timedelta = timedelta()
    up_s: float = 0.0  # that the host slept or was stopped

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead + timedelta(seconds=self.up_s)

    def monotonic(self) -> float:
        return time.monotonic() + self.up_s

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def wall_ns(self) -> int:
        return int(self.now().timestamp() * _S)

    def boot_ns(self) -> int:
        return int(self.monotonic() * _S)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def world(tmp_path: Path, clock: SetClock) -> Iterator[World]:
    wanted = Wanted(clock=clock, wall_ns=clock.wall_ns, boot_ns=clock.boot_ns)
    with watching(tmp_path, wanted) as found:
        yield found


def marked(world: World) -> Mark:
    """The newest sign that the watching lives, made now."""
    world.live._next["mark"] = 0.0  # noqa: SLF001 - else the test waits five seconds for it
    world.live.step()
    mark = world.parts.marks.read()
    assert mark is not None
    return mark


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_is_set_while_it_watches_loses_nothing_and_lies_about_nothing(
    world: World, clock: SetClock, years: int
) -> None:
    begun_ns = marked(world).roots[0].heard_from_ns
    clock.ahead = YEAR * years
    before_ns = clock.wall_ns()
    (world.share / "a.txt").write_text("x")
    world.until_told((Kind.ADDED, "a.txt"))
    (seen,) = world.of("a.txt")
    assert before_ns <= seen.at.timestamp() * _S + 2e9 <= clock.wall_ns() + 4e9
    assert (seen.who is not None) is ROOT
    (by_ns,) = world.keeper.clock_sets
    assert abs(by_ns / _S - YEAR.total_seconds() * years) < 1
    root = marked(world).roots[0]
    watched_ns = root.held_ns - root.heard_from_ns
    assert 0 <= watched_ns < 60 * _S  # neither a year of watching nor one of not watching
    assert abs(root.heard_from_ns - begun_ns - by_ns) < _S


def test_what_a_look_finds_after_the_clock_was_set_back_began_nobody_knows_when(
    world: World,
) -> None:
    old, new = record(f"{world.share}/a", sha256=b"1" * 32), record(f"{world.share}/a")
    found = seen_at(world, old, new, since_ns=9 * _S, at_ns=5 * _S)
    assert found.since == LONG_AGO
    assert seen_at(world, old, new, since_ns=3 * _S, at_ns=5 * _S).since == moment(3)


def seen_at(world: World, old: FileRecord, new: FileRecord, *, since_ns: int, at_ns: int) -> Seen:
    transition = Transition(1, old, new, at_ns, since_ns)
    (seen,) = seen_of([transition], Touches(), roots_of(world.parts.watched), {})
    return seen


def moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def test_what_was_heard_late_is_told_as_having_happened_in_between(
    world: World, clock: SetClock
) -> None:
    """As when the process was stopped for a minute: the kernel has kept everything."""
    world.live.step()
    stopped = clock.now()
    for number in range(50):
        (world.share / f"{number}.txt").write_text("x")
    clock.up_s = 60.0
    world.until(lambda: len(world.told()) == 50, "all of them")
    assert world.keeper.gaps == []  # nothing was lost
    assert world.keeper.clock_sets == []  # and nobody has set the clock
    for seen in world.keeper.seen:
        assert seen.since is not None
        assert seen.since <= stopped + timedelta(seconds=1)
        assert seen.at >= stopped + timedelta(seconds=59)
        assert (seen.who is not None) is ROOT


def test_a_moment_of_waiting_is_not_worth_saying() -> None:
    assert waited_since(100 * _S, 101 * _S) is None
    assert waited_since(100 * _S, 130 * _S) == 100 * _S
    assert waited_since(0, 130 * _S) == 0  # the clock was set: nobody knows


def test_what_the_journal_has_forgotten_is_a_gap(world: World) -> None:
    (world.share / "a.txt").write_text("x")
    world.until_told((Kind.ADDED, "a.txt"))
    for name in ("b.txt", "c.txt"):
        (world.share / name).write_text("x")
    world.parts.ledger.refresh(world.share)
    world.parts.ledger.forget_transitions(world.keeper.journal_number + 1)
    world.until(lambda: GapReason.FORGOTTEN in {gap.reason for gap in world.keeper.gaps}, "a gap")


# The real process; only what it is told of the time is set, by a file. The kernel's own times stay.
BY_A_SET_CLOCK = """
import sys, time
from datetime import timedelta
from pathlib import Path
from agent.clock import SystemClock

file, now, time_ns = Path(sys.argv.pop(1)), SystemClock.now, time.time_ns

def ahead():
    return timedelta(days=int(file.read_text()))

SystemClock.now = lambda clock: now(clock) + ahead()
time.time_ns = lambda: time_ns() + int(ahead().total_seconds()) * 10**9
from agent.cli.main import main
main()
"""


@pytest.mark.parametrize("days", [-365, 365])
def test_the_whole_watching_goes_on_when_the_clock_is_set_by_a_year(
    app: App, share: Path, tmp_path: Path, days: int
) -> None:
    integrity_job.baseline(app)
    clock = tmp_path / "days"
    clock.write_text("0")
    words = ("--home", str(app.home.config_dir), "integrity", "watch", "--nudge")
    with subprocess.Popen(
        (sys.executable, "-c", BY_A_SET_CLOCK, str(clock), *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until_it_watches(app, process)
        (share / "before.txt").write_text("x")
        until(lambda: ("added", "before.txt") in paths_told(app), "the change before")
        clock.write_text(str(days))
        (share / "after.txt").write_text("x")
        (share / "a.txt").write_text("changed")
        wanted = {("added", "after.txt"), ("modified", "a.txt")}
        until(lambda: wanted <= paths_told(app), "the changes after")
        until(lambda: len(said(app, FileEvents)) > 1, "that they are told")
        process.send_signal(signal.SIGTERM)
        _, words_said = process.communicate(timeout=40)
        assert process.returncode == 0
    assert b"the clock was set by" in words_said
    assert b"Traceback" not in words_said
    gaps = {event.explanation for event in stored(app) if event.kind is EventKind.GAP}
    assert gaps <= {"overflow"}  # which a busy machine may have of its own
    set_at = datetime.now(UTC) + timedelta(days=days)
    after = next(event for event in stored(app) if event.path.endswith(b"after.txt"))
    assert abs(after.at - set_at) < timedelta(minutes=2)


def deleted_and_made_anew(share: Path) -> None:
    aside = share.with_name("gone")
    share.rename(aside)
    for file in sorted(aside.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    aside.rmdir()
    share.mkdir()
    (share / "new.txt").write_text("x")


def moved_away(share: Path) -> None:
    share.rename(share.with_name("elsewhere"))


def replaced_by_a_file(share: Path) -> None:
    share.rename(share.with_name("elsewhere"))
    share.write_text("a file in its place")


@pytest.mark.parametrize(
    ("happens", "told", "there"),
    [
        (deleted_and_made_anew, {("removed", "a.txt"), ("added", "new.txt")}, True),
        (moved_away, {("removed", "a.txt"), ("removed", "share")}, False),
        (replaced_by_a_file, {("removed", "a.txt")}, True),
    ],
)
def test_a_watched_path_that_is_taken_away_is_told_and_watched_on(
    app: App, share: Path, happens: Callable[[Path], None], told: set[tuple[str, str]], there: bool
) -> None:
    integrity_job.baseline(app)
    with watcher(app, "--nudge") as process:
        until_it_watches(app, process)
        happens(share)
        until(lambda: told <= paths_told(app), f"{told}")

        def is_marked() -> bool:
            mark = mark_file(app).read()
            return mark is not None and [root.there for root in mark.roots] == [there]

        until(is_marked, "the mark")
        if share.is_file() or not share.exists():
            share.unlink(missing_ok=True)
            share.mkdir()
        (share / "again.txt").write_text("x")
        until(lambda: ("added", "again.txt") in paths_told(app), "it is watched again")
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
