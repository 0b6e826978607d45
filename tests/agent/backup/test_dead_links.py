"""A link that dies in the middle of a run: found, waited for, gone on with; never shown as done."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.backup.course import Course
from agent.backup.result import DatasetResult
from agent.backup.run import Task, run
from agent.backup.verification import resuming
from agent.clock import SystemClock
from agent.progress import Progress
from agent.restic import children
from agent.restic.checking import structure
from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from agent.restic.patience import Patience
from agent.restic.pulse import Limits
from agent.sites.door import SiteDoor
from agent.sites.rest import RestSite
from agent.sites.ways.http import Server
from demo.ssh_site import free_port
from tests.agent.backup.conftest import Facility
from tests.real.half_open import Proxy, proxy
from wire.verdicts import Cause, HeldBy

MIB = 1 << 20
QUICK = Limits(ask_after_s=0.3, dead_after_s=1.0, dead_though_busy_s=1.5, stopped_s=1.0)


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Proxy]:
    """A site that speaks restic's REST protocol, behind a slow line that can die."""
    port = free_port()
    words = ["rclone", "serve", "restic", "--append-only", "--addr", f"127.0.0.1:{port}"]
    with (
        subprocess.Popen(
            [*words, "--user", "lachan", "--pass", "test", str(tmp_path / "served")],
            stderr=subprocess.DEVNULL,
        ) as process,
        proxy("127.0.0.1", port, bytes_per_s=12e6) as one,
    ):
        yield one
        process.kill()


def far(facility: Facility, link: Proxy) -> SiteDoor:
    login = facility.home.secrets / "rest"
    login.write_text("lachan:test\n")
    login.chmod(0o600)
    password = facility.home.secrets / "restic-r.password"
    server = Server(f"http://127.0.0.1:{link.port}/", None)
    return RestSite("r", HeldBy.HOSTED, server, login, password)


def back_up(
    facility: Facility, site: SiteDoor, told: list[Progress], site_s: float = 60.0
) -> DatasetResult:
    setting = replace(facility.setting(), patience=Patience(site_s=site_s, limits=QUICK))
    task = Task(facility.dataset, (facility.sites[0], site))
    return run(setting, task, Course(SystemClock(), told.append, "share"))


def await_(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come")


def die_in_the_middle(link: Proxy, back_after_s: float) -> None:
    begun = link.forwarded
    await_(lambda: link.forwarded - begun > 6 * MIB)
    link.fall_silent()
    threading.Event().wait(back_after_s)
    link.come_back()


def cause_at(result: DatasetResult, name: str) -> Cause | None:
    return next(site.cause for site in result.sites if site.name == name)


def test_a_half_open_link_is_found_and_the_run_goes_on_when_it_is_back(
    facility: Facility, link: Proxy
) -> None:
    site, told = far(facility, link), list[Progress]()
    back_up(facility, site, [])
    (facility.source / "big").write_bytes(os.urandom(20 * MIB))
    teller = threading.Thread(target=die_in_the_middle, args=(link, 4.0))
    teller.start()
    result = back_up(facility, site, told)
    teller.join()
    assert [one.cause for one in result.sites] == [None, None]
    assert len({one.point.tree for one in result.sites if one.point}) == 1
    copies = [one for one in told if one.phase == "copy" and one.site == "r"]
    assert all(not one.done for one in copies[:-2])
    restic = facility.setting().restic(site)
    resuming.settle(restic)
    structure(restic)
    assert list(restic.workplace.children.iterdir()) == []


def test_a_link_that_stays_dead_costs_its_site_only_and_is_caught_up(
    facility: Facility, link: Proxy
) -> None:
    site = far(facility, link)
    back_up(facility, site, [])
    (facility.source / "big").write_bytes(os.urandom(20 * MIB))
    teller = threading.Thread(target=die_in_the_middle, args=(link, 12.0))
    teller.start()
    result = back_up(facility, site, [], site_s=1.0)
    assert (cause_at(result, "a"), cause_at(result, "r")) == (None, Cause.SITE_UNREACHABLE)
    teller.join()
    again = back_up(facility, site, [])
    assert [one.cause for one in again.sites] == [None, None]
    assert len({one.point.tree for one in again.sites if one.point}) == 1


def test_a_restic_that_was_stopped_is_found_and_ended(facility: Facility) -> None:
    patience = Patience(limits=QUICK)
    restic = replace(facility.setting().restic(facility.sites[0]), patience=patience)
    with pytest.raises(ResticError) as caught:
        stop_while_it_runs(restic)
    assert caught.value.cause is Cause.RESTIC_FAILED
    assert "stopped from outside" in caught.value.says
    assert children.orphans(restic.workplace.children) == ()


def stop_while_it_runs(restic: Restic) -> None:
    with restic.started(Job(("backup", "/usr"))) as talk:
        os.kill(talk.pid, signal.SIGSTOP)
        talk.output.read()
