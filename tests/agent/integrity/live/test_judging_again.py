"""A verdict that a kill -9 cut off between storing and judging is reached by the next process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.files.names import path_bytes
from agent.integrity.live.judging_again import judge_again
from agent.integrity.live.roots import roots_of
from agent.integrity.ransom.limits import SIGNS_FAST
from tests.agent.integrity.live.conftest import World
from tests.agent.integrity.live.test_process import stored, until, until_it_watches, watcher

# The real watching process, killed at the very moment: stored, and not judged yet.
DIES_BEFORE_IT_JUDGES = """
import os, signal
from agent.daemon.work.integrity.suspicion_watch import SuspicionWatch

def die(watch, seen, number):
    if seen:
        os.kill(os.getpid(), signal.SIGKILL)

SuspicionWatch.take = die
from agent.cli.main import main
main()
"""
TEXT = "Bệnh nhân nhập viện, khám, điều trị và ra viện theo hồ sơ. " * 40


def test_what_was_stored_and_not_judged_is_judged_by_the_next(app: App, share: Path) -> None:
    for number in range(SIGNS_FAST):
        (share / f"{number}.txt").write_text(TEXT + str(number))
    integrity_job.baseline(app)
    words = ("--home", str(app.home.config_dir), "integrity", "watch", "--nudge")
    with subprocess.Popen(
        (sys.executable, "-c", DIES_BEFORE_IT_JUDGES, *words), stdout=subprocess.PIPE
    ) as dying:
        until_it_watches(app, dying)
        for number in range(SIGNS_FAST):
            (share / f"{number}.txt").write_bytes(os.urandom(4_000))
        assert dying.wait(40) == -signal.SIGKILL
    told = {event.path for event in stored(app)}
    assert path_bytes(share / "0.txt") in told  # stored, so that nobody sees it change again
    with suspicions_of(app) as store:
        assert store.open() == ()
    with watcher(app, "--nudge"):

        def suspected() -> bool:
            with suspicions_of(app) as store:
                return any(kept.suspicion.files >= SIGNS_FAST for kept in store.open())

        until(suspected, "the verdict")


def test_each_is_judged_again_once_and_in_order(world: World) -> None:
    roots = roots_of(world.parts.watched)
    world.live.step()
    before = world.keeper.journal_number
    world.keeper.judged_until = before  # and the journal is kept from there on
    for name in ("a.txt", "b.txt", "c.txt"):
        (world.share / name).write_text(name)
    world.until(lambda: len(world.keeper.seen) == 3, "three changes")
    judge_again(world.parts, roots)
    judge_again(world.parts, roots)
    names = [world.name(one.change.path) for one in world.keeper.judged_again]
    assert sorted(names) == ["a.txt", "b.txt", "c.txt"]
    assert world.keeper.judged_number == world.keeper.journal_number
