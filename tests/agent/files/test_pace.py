"""Looking at files steps back behind the server's real work."""

import os
import subprocess
import sys
from datetime import timedelta

import psutil
import pytest

from agent.config.pace import IntegrityPace, pace_problems
from agent.files import pace
from agent.files.pace import FULL, Pace, Pacer, be_polite, pace_of
from tests.agent.files.driven import DrivenClock


def work(pacer: Pacer, clock: DrivenClock, files: int, step: int = 500) -> None:
    """Look at so many files, of which a thousand take a second."""
    for seen in range(0, files + 1, step):
        pacer.step(seen)
        clock.pass_by(timedelta(seconds=step / 1_000))


def test_at_full_pace_nobody_rests() -> None:
    clock = DrivenClock()
    work(Pacer(FULL, clock, 3), clock, 10_000)
    assert clock.slept == []


def test_not_more_files_are_looked_at_than_were_allowed() -> None:
    clock = DrivenClock()
    begun = clock.monotonic()
    work(Pacer(Pace(files_per_s=100), clock, 3), clock, 10_000)
    assert 100 <= clock.monotonic() - begun <= 101


@pytest.mark.parametrize(("load", "rests"), [(0.2, False), (1.5, True)])
def test_under_others_load_it_mostly_rests(
    load: float, rests: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "others_load", lambda _own: load)
    clock = DrivenClock()
    begun = clock.monotonic()
    work(Pacer(Pace(most_load=1.0), clock, 3), clock, 10_000)
    share = sum(clock.slept) / (clock.monotonic() - begun)
    assert (share > 0.6) == rests
    assert bool(clock.slept) == rests


def test_our_own_tasks_are_no_load_of_others() -> None:
    assert pace.others_load(10_000) == 0.0
    assert pace.others_load(0) >= 0.0


def test_a_worker_gets_the_priorities_of_the_pace() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        be_polite(child.pid, Pace(nice=7, idle=True))
        found = psutil.Process(child.pid)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == max(7, os.getpriority(0, 0))
        assert found.ionice().ioclass == psutil.IOPRIO_CLASS_IDLE
        child.communicate(b"\n")
    be_polite(child.pid, Pace(nice=7, idle=True))  # it has ended: nothing to do


def test_who_was_started_as_more_polite_stays_so() -> None:
    """An ordinary user could not take it back, and must not fail for that."""
    argv = ("nice", "-n", "19", sys.executable, "-c", "print(flush=True); input()")
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        be_polite(child.pid, Pace(nice=7))
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 19
        child.communicate(b"\n")


def test_the_owners_zero_means_no_limit() -> None:
    configured = IntegrityPace(nice=5, files_per_s=0, rest_above=0)
    assert pace_of(configured) == Pace(nice=5, idle=True)


def test_a_pace_that_cannot_be_is_told() -> None:
    wrong = IntegrityPace(nice=20, files_per_s=-1, rest_above=-1)
    assert [one.path for one in pace_problems("p", wrong)] == [
        *("p.nice", "p.files_per_s", "p.rest_above"),
    ]
    assert not list(pace_problems("p", IntegrityPace()))
