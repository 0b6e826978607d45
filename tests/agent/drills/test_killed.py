"""A drill that is killed leaves its sealed folder; the next one stops and removes what is left."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from msgspec import Struct

from agent.daemon import leftovers, unsealed_drills
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work import drill_job
from agent.drills import scratch
from agent.restic.children import boot_id
from tests.agent.drills.conftest import DATASET, Hospital
from wire.verdicts import Cause, DrillVerdict

PATIENCE_S = 60.0


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _start_drill(hospital: Hospital) -> subprocess.Popen[bytes]:
    words = ["drill", "run", "--class", "D1", "--site", "b", "--dataset", DATASET, "--json"]
    command = [sys.executable, "-m", "agent.cli", "--home", str(hospital.home.config_dir), *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def _restores(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"{folder}/tree" in (process.info["cmdline"] or [])
    ]


def test_what_a_killed_drill_left_is_removed_by_the_next_one(hospital: Hospital) -> None:
    drill = _start_drill(hospital)
    _wait_for(lambda: any(_restores(folder) for folder in hospital.home.scratch.glob("drill-*")))
    (folder,) = hospital.home.scratch.glob("drill-*")
    assert scratch.leftovers(hospital.home) == ()  # it lives: nobody touches its folder
    os.kill(drill.pid, signal.SIGKILL)
    drill.wait()
    assert scratch.leftovers(hospital.home) == (folder,)
    assert hospital.app.outbox.latest("drill", 1) == ()
    assert hospital.drill("D1").verdict is DrillVerdict.PASSED
    passed, killed = hospital.told_drills()
    assert f"drill-{killed.drill_id}" == folder.name
    assert (killed.verdict, killed.cause) == (DrillVerdict.INCONCLUSIVE, Cause.CANCELLED)
    assert killed.started_at < killed.ended_at <= passed.started_at
    assert [each.drill_id for each in drill_job.recent(hospital.app, 9)] == [
        passed.drill_id,
        killed.drill_id,
    ]
    assert not folder.exists()
    assert _restores(folder) == []
    assert list(hospital.home.scratch.iterdir()) == []


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_drill_killed_around_its_sealing_is_sealed_once(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def kill(app: App, body: Struct) -> int:
        if when == "after":
            tell(app, body)
        raise Killed

    monkeypatch.setattr(unsealed_drills, "tell", kill)
    nonce = "c0ffee" * 8
    with pytest.raises(Killed):
        hospital.drill("D0", nonce=nonce)
    assert len(hospital.told_drills()) == (when == "after")
    monkeypatch.setattr(unsealed_drills, "tell", tell)
    for _ in range(2):
        leftovers.at_start(hospital.app)
        (told,) = hospital.told_drills()
        assert (told.nonce, told.verdict) == (nonce, DrillVerdict.PASSED)
        assert told.answers


def test_an_interrupted_drill_cleans_up_and_says_so(hospital: Hospital) -> None:
    drill = _start_drill(hospital)
    _wait_for(lambda: any(_restores(folder) for folder in hospital.home.scratch.glob("drill-*")))
    os.kill(drill.pid, signal.SIGINT)
    assert drill.wait(PATIENCE_S) == 130
    assert list(hospital.home.scratch.iterdir()) == []
    assert not any(_restores(hospital.home.scratch / f"drill-{hospital.newest_drill().drill_id}"))
    assert str(hospital.newest_drill().cause) == "CANCELLED"
    assert hospital.newest_drill().verdict is DrillVerdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "marker",
    [
        "",
        "no json",
        "[]",
        "{}",
        f'{{"pid": 1, "ticks": -5, "boot_id": "{boot_id()}"}}',
        f'{{"pid": {os.getpid()}, "ticks": 1, "boot_id": "another"}}',
    ],
    ids=range(6),
)
def test_a_folder_whose_marker_names_no_living_process_is_left_over(
    hospital: Hospital, marker: str
) -> None:
    folder = hospital.home.scratch / "drill-D1-old"
    folder.mkdir(parents=True)
    (folder / scratch.MARKER).write_text(marker)
    assert scratch.leftovers(hospital.home) == (folder,)
    assert scratch.sweep(hospital.home) == 1
    assert not folder.exists()


@pytest.mark.parametrize("what", ["folder", "live drill", "nothing", "file"])
def test_what_is_no_folder_is_removed_itself_and_drills_go_on(
    hospital: Hospital, tmp_path: Path, what: str
) -> None:
    """A link is never followed: what it leads to stays as it is."""
    kept = tmp_path / "kept"
    (kept / "tree").mkdir(parents=True)
    (kept / "tree" / "record").write_text("of somebody")
    live = scratch.make(hospital.home, "D1-live", hospital.app.clock)
    targets = {"folder": kept, "live drill": live.folder, "nothing": tmp_path / "nowhere"}
    planted = hospital.home.scratch / "drill-x"
    if what == "file":
        planted.write_text("no folder")
    else:
        planted.symlink_to(targets[what])
    assert hospital.drill("D0").verdict is DrillVerdict.PASSED
    assert sorted(hospital.home.scratch.iterdir()) == [live.folder]
    assert (kept / "tree" / "record").read_text() == "of somebody"
    assert live.tree.is_dir()


def test_a_link_inside_a_left_folder_is_not_followed(hospital: Hospital, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("of somebody")
    folder = hospital.home.scratch / "drill-D1-old"
    folder.mkdir(parents=True)
    (folder / "tree").symlink_to(tmp_path)
    assert scratch.sweep(hospital.home) == 1
    assert (tmp_path / "kept").read_text() == "of somebody"


def test_other_things_in_the_scratch_folder_stay(hospital: Hospital) -> None:
    dump = hospital.home.scratch / "dump-of-his"
    dump.mkdir(parents=True)
    scratch.sweep(hospital.home)
    assert dump.exists()


def test_doctor_and_the_daemons_start_remove_what_is_left(hospital: Hospital) -> None:
    for look in (leftovers.leftovers_item, leftovers.at_start):
        folder = hospital.home.scratch / "drill-D1-old"
        folder.mkdir(parents=True)
        look(hospital.app)
        assert not folder.exists()


def test_a_running_drills_folder_is_left_alone(hospital: Hospital) -> None:
    sealed = scratch.make(hospital.home, "D1-live", hospital.app.clock)
    assert leftovers.remove_leftovers(hospital.app) == 0
    assert sealed.folder.exists()


def test_only_a_restic_that_works_for_the_folder_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "restic"
    shutil.copy2("/bin/sleep", program)
    folder = tmp_path / "drill-D1-old"
    ours, other = (
        subprocess.Popen([program, "60"], env={"RESTIC_CACHE_DIR": str(cache)})
        for cache in (folder / "cache" / "b", tmp_path / "cache" / "b")
    )
    try:
        scratch.stop_orphans(folder)
        assert not psutil.pid_exists(ours.pid)
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.wait()
