"""What a cut run had stored is used again; its lock is gone; nobody else is disturbed."""

import os
import shutil
import signal
import threading
from pathlib import Path

import pytest

from agent.backup.result import DatasetResult
from agent.backup.verification import resuming
from agent.restic import children, indexing
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.packs import listed
from tests.agent.backup.conftest import Facility
from tests.real.stored_packs import stored_bytes
from wire.verdicts import Cause

MIB = 1 << 20
SIZE = 96 * MIB  # so much that it is not over when the first packs are whole


def kill_when_stored(facility: Facility, repository: Path, enough: int) -> None:
    for _ in range(6000):
        if stored_bytes(repository, whole=True) > enough:
            break
        threading.Event().wait(0.005)
    for file in (facility.home.state_dir / "restic" / "children").glob("[0-9]*"):
        child = children.read(file)
        if child is not None and child.verb in {"backup", "copy"} and child.lives():
            os.kill(child.pid, signal.SIGKILL)


def cut_run(facility: Facility, repository: Path) -> DatasetResult:
    facility.back_up()
    (facility.source / "big").write_bytes(os.urandom(SIZE))
    killer = threading.Thread(
        target=kill_when_stored,
        args=(facility, repository, stored_bytes(repository, whole=True) + 16 * MIB),
    )
    killer.start()
    result = facility.back_up()
    killer.join()
    return result


@pytest.mark.parametrize("name", ["a", "b"])
def test_what_a_killed_run_has_stored_is_not_stored_again(facility: Facility, name: str) -> None:
    b = facility.path_a.parent.parent / "elsewhere" / "repository"
    repository = {"a": facility.path_a, "b": b}[name]
    cut = cut_run(facility, repository)
    assert {one.name: one.cause for one in cut.sites}[name] is Cause.CANCELLED
    kept = stored_bytes(repository, whole=True)
    assert kept >= 16 * MIB
    resumed = facility.back_up()
    assert [one.cause for one in resumed.sites] == [None, None]
    assert stored_bytes(repository, whole=True) < SIZE + 2 * MIB
    assert list((repository / "locks").iterdir()) == []


def test_a_site_where_somebody_works_is_settled_another_time(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility.back_up()
    restic = facility.setting().restic(facility.sites[0])
    left(restic)

    def held(_restic: Restic) -> None:
        raise ResticError(Cause.LOCKED, site="a", verb="rebuild-index")

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "rebuild", held)
        assert not resuming.settle(restic)
    assert children.left_behind(restic.workplace.children, restic.repository.address)
    before = listed(restic)
    assert resuming.settle(restic)
    assert children.left_behind(restic.workplace.children, restic.repository.address) == ()
    assert listed(restic) == before


def test_a_run_that_had_stored_little_is_not_worth_a_new_index(facility: Facility) -> None:
    facility.back_up()
    restic = facility.setting().restic(facility.sites[0])
    left(restic, moved_bytes=1000)
    index = set((facility.path_a / "index").iterdir())
    assert not resuming.settle(restic)
    assert set((facility.path_a / "index").iterdir()) == index
    assert list(restic.workplace.children.iterdir()) == []


def test_a_lost_repository_is_not_made_again_by_who_wants_to_go_on(facility: Facility) -> None:
    facility.back_up()
    restic = facility.setting().restic(facility.sites[0])
    left(restic)
    shutil.rmtree(facility.path_a)
    with pytest.raises(ResticError) as caught:
        resuming.settle(restic)
    assert caught.value.cause is Cause.NO_REPOSITORY
    assert not facility.path_a.exists()


def left(restic: Restic, moved_bytes: int = 1 << 30) -> None:
    """The record of a child that is gone."""
    record = children.record(
        restic.workplace.children, os.getpid(), (restic.repository.address,), "backup", 0.0
    )
    record.renew(60.0, moved_bytes, frozenset())
    (file,) = restic.workplace.children.glob("[0-9]*")
    ticks = f'"ticks":{record.started.ticks}'
    file.write_text(file.read_text().replace(ticks, '"ticks":1', 1))
    file.rename(file.with_name(f"{os.getpid()}-1"))
