"""Runs that meet trouble: each has its cause and its verdict, and nothing is lost silently."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from agent.backup.records.records import open_records
from agent.backup.result import DatasetResult, SiteResult
from agent.backup.verification import rotation, verifying
from agent.clock import SystemClock
from agent.restic.environment import PATH, Workplace
from agent.sites.opening import workplace_of
from agent.state.lock import hold
from demo import ssh_site
from tests.agent.backup.conftest import Facility, fill
from tests.agent.restic.conftest import impostor
from wire.verdicts import BackupVerdict, Cause


def site(result: DatasetResult, name: str) -> SiteResult:
    return next(one for one in result.sites if one.name == name)


def verdict(result: DatasetResult, name: str) -> BackupVerdict:
    return next(one.verdict for one in result.judgement.sites if one.site == name)


def with_restic(facility: Facility, folder: Path, script: str) -> Workplace:
    return replace(workplace_of(facility.home), path=impostor(folder / "bin", script))


def test_while_a_is_away_b_is_backed_up_directly_and_with_the_same_tree(
    facility: Facility,
) -> None:
    facility.back_up()
    (facility.source / "new.txt").write_text("new\n")
    away = facility.path_a.parent.with_name("away")
    facility.path_a.parent.rename(away)
    result = facility.back_up()
    assert site(result, "a").cause is Cause.SITE_UNREACHABLE
    assert site(result, "b").cause is None
    point = site(result, "b").point
    assert point is not None
    assert point.companion_at is not None
    assert verdict(result, "a") is BackupVerdict.UNKNOWN
    assert result.judgement.verdict is BackupVerdict.DEGRADED
    away.rename(facility.path_a.parent)
    back = facility.back_up()
    trees = {one.point.tree for one in back.sites if one.point}
    assert trees == {point.tree}
    assert [one.cause for one in back.sites] == [None, None]


def test_while_b_is_away_a_is_backed_up_and_b_catches_up(facility: Facility) -> None:
    facility.back_up()
    (facility.source / "new.txt").write_text("new\n")
    near, far = facility.configured
    cut = replace(facility, configured=(near, changed(far, port=ssh_site.free_port())))
    result = cut.back_up()
    assert site(result, "b").cause is Cause.SITE_UNREACHABLE
    assert site(result, "a").cause is None
    assert verdict(result, "b") is BackupVerdict.UNKNOWN
    assert result.judgement.verdict is BackupVerdict.DEGRADED
    caught_up = facility.back_up()
    assert {one.point.tree for one in caught_up.sites if one.point} == {
        one.point.tree for one in result.sites if one.point and one.name == "a"
    }
    assert all(one.point and one.point.companion_at for one in caught_up.sites)


def test_a_lost_repository_is_never_made_again_by_itself(facility: Facility) -> None:
    facility.back_up()
    shutil.rmtree(facility.path_a)
    result = facility.back_up()
    assert site(result, "a").cause is Cause.NO_REPOSITORY
    assert verdict(result, "a") is BackupVerdict.RED
    assert not (facility.path_a / "config").exists()
    assert site(result, "b").cause is None


def without_records(facility: Facility, name: str) -> Facility:
    """The facility after recovery.sqlite was lost; its passwords are still there."""
    home = replace(facility.home, state_dir=facility.home.state_dir.with_name(name))
    return replace(facility, home=home, records=open_records(home, SystemClock()))


def test_without_records_a_lost_repository_is_not_made_again_either(new_facility: Facility) -> None:
    near = replace(new_facility, configured=new_facility.configured[:1])
    near.back_up()
    known = near.records.repository("a")
    found_again = without_records(near, "state-2")
    assert site(found_again.back_up(), "a").cause is None
    assert found_again.records.repository("a") == known
    shutil.rmtree(near.path_a)
    result = without_records(near, "state-3").back_up()
    assert site(result, "a").cause is Cause.NO_REPOSITORY
    assert verdict(result, "a") is BackupVerdict.RED
    assert not near.path_a.exists()


def test_a_very_first_run_that_was_interrupted_goes_on(
    new_facility: Facility, tmp_path: Path
) -> None:
    near = replace(new_facility, configured=new_facility.configured[:1])
    script = f"""case " $* " in *" init "*) exit 1 ;; esac
PATH={PATH} exec restic "$@" """
    broken = near.back_up(workplace=with_restic(near, tmp_path, script))
    assert site(broken, "a").cause is not None
    password = near.sites[0].repository.password_file.read_bytes()
    assert site(near.back_up(), "a").cause is None
    assert near.sites[0].repository.password_file.read_bytes() == password


def test_a_wrong_password_is_told_and_nothing_is_overwritten(facility: Facility) -> None:
    facility.back_up()
    password = facility.sites[0].repository.password_file
    password.write_text("another\n")
    result = facility.back_up()
    assert site(result, "a").cause is Cause.BAD_KEY
    assert verdict(result, "a") is BackupVerdict.RED
    assert password.read_text() == "another\n"


def test_a_password_file_that_is_gone_is_not_replaced_by_a_new_one(facility: Facility) -> None:
    facility.back_up()
    password = facility.sites[0].repository.password_file
    password.unlink()
    assert site(facility.back_up(), "a").cause is Cause.BAD_KEY
    assert not password.exists()


def test_each_site_has_a_password_and_a_master_key_of_its_own(new_facility: Facility) -> None:
    new_facility.back_up()
    passwords = [one.repository.password_file for one in new_facility.sites]
    assert len({file.read_bytes() for file in passwords}) == 2
    assert [file.stat().st_mode & 0o777 for file in passwords] == [0o600, 0o600]
    known = [new_facility.records.repository(name) for name in ("a", "b")]
    assert len({one.repository for one in known if one}) == 2
    assert len({one.chunker for one in known if one}) == 1


def test_a_source_that_has_shrunk_makes_no_point_until_a_person_says_so(
    facility: Facility,
) -> None:
    before = facility.back_up()
    for file in sorted((facility.source / "hồ sơ").iterdir())[:10]:
        file.unlink()
    result = facility.back_up()
    assert result.facts.source_cause is Cause.SOURCE_SHRUNK
    assert [one.point for one in result.sites] == [one.point for one in before.sites]
    assert result.judgement.verdict is BackupVerdict.DEGRADED
    assert result.outcome.saved is None
    accepted = facility.back_up(accept_source=True)
    assert accepted.facts.source_cause is None
    assert accepted.outcome.saved is not None


def test_a_source_that_is_gone_makes_no_point(facility: Facility) -> None:
    facility.back_up()
    shutil.rmtree(facility.source)
    result = facility.back_up()
    assert result.facts.source_cause is Cause.SOURCE_MISSING
    assert result.outcome.saved is None


def test_an_unreadable_file_is_told_and_the_rest_is_saved(
    facility: Facility, tmp_path: Path
) -> None:
    script = f"""PATH={PATH} restic "$@"; code=$?
case " $* " in *lachan-data*)
  echo '{{"message_type":"error","error":{{}},"during":"archival","item":"/x"}}' >&2; exit 3 ;; esac
exit $code"""
    result = facility.back_up(workplace=with_restic(facility, tmp_path, script))
    assert result.facts.source_cause is Cause.SOURCE_UNREADABLE
    assert result.outcome.saved is not None
    assert result.outcome.saved.unreadable == 1
    assert result.judgement.verdict is BackupVerdict.DEGRADED
    assert result.judgement.cause is Cause.SOURCE_UNREADABLE


def test_a_machine_without_restic_is_told_at_every_site(facility: Facility, tmp_path: Path) -> None:
    workplace = replace(workplace_of(facility.home), path=str(tmp_path))
    result = facility.back_up(workplace=workplace)
    assert {one.cause for one in result.sites} <= {Cause.RESTIC_MISSING, Cause.NEVER_RUN}
    assert site(result, "a").cause is Cause.RESTIC_MISSING
    assert result.judgement.verdict is not BackupVerdict.GREEN


@pytest.fixture
def full_nas(new_facility: Facility, tmp_path: Path) -> Iterator[Workplace]:
    """Site A without room: a small file system where we may mount one, else restic's own words."""
    nas = new_facility.path_a.parent
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(nas)]
    if os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0:
        yield workplace_of(new_facility.home)
        subprocess.run(["umount", "--lazy", str(nas)], check=True)
        return
    script = f"""case "$RESTIC_REPOSITORY_FILE $* " in *a.repository*lachan-data*)
  echo "Fatal: write {nas}/repository/data/aa/x-tmp: no space left on device" >&2; exit 1 ;; esac
PATH={PATH} exec restic "$@" """
    yield with_restic(new_facility, tmp_path, script)


def test_a_full_disk_at_a_is_named_and_b_gets_the_point(
    new_facility: Facility, full_nas: Workplace
) -> None:
    (new_facility.source / "big").write_bytes(os.urandom(8 << 20))
    result = new_facility.back_up(workplace=full_nas)
    assert site(result, "a").cause is Cause.DISK_FULL
    assert site(result, "a").point is None
    assert site(result, "b").point is not None
    assert result.judgement.verdict is BackupVerdict.DEGRADED


def test_snapshots_that_vanished_are_noticed(facility: Facility) -> None:
    first = facility.back_up()
    point = site(first, "a").point
    assert point is not None
    (facility.path_a / "snapshots" / point.snapshot).unlink()
    result = facility.back_up()
    assert site(result, "a").cause is Cause.SNAPSHOTS_VANISHED
    assert verdict(result, "a") is BackupVerdict.RED


def test_a_companion_that_vanished_at_b_is_brought_again(facility: Facility) -> None:
    first = site(facility.back_up(), "b").point
    assert first is not None
    assert first.companion is not None
    repository = facility.path_a.parent.parent / "elsewhere" / "repository"
    (repository / "snapshots" / first.companion).unlink()
    seen = site(facility.back_up(), "b").point
    assert seen is not None
    assert seen.companion_at is None
    again = site(facility.back_up(), "b").point
    assert again is not None
    assert again.companion_at is not None


def test_a_file_that_changes_between_the_saving_and_the_hashing_is_unproven(
    facility: Facility, tmp_path: Path
) -> None:
    saved, late = tmp_path / "saved", facility.source / "late.txt"
    script = f"""PATH={PATH} restic "$@"; code=$?
case " $* " in *lachan-data*) echo changed > "{late}"; touch "{saved}" ;; esac; exit $code"""
    late.write_text("before\n")

    def hash_later() -> None:
        with hold(facility.home, "ledger"):
            begun.set()
            while not saved.exists():
                time.sleep(0.01)

    begun, other = threading.Event(), threading.Thread(target=hash_later)
    other.start()
    begun.wait()
    result = facility.back_up(workplace=with_restic(facility, tmp_path, script))
    other.join()
    assert result.manifest is not None
    assert (result.manifest.leaves, result.manifest.unproven) == (13, 1)


def test_each_changed_file_is_hashed_once(facility: Facility) -> None:
    facility.back_up()
    changed_files = sorted((facility.source / "hồ sơ").iterdir())[:3]
    for file in changed_files:
        file.write_text("rewritten\n")
    result = facility.back_up()
    assert result.outcome.source is not None
    assert result.outcome.source.hashed == 3
    assert result.manifest is not None
    assert result.manifest.unproven == 0
    again = facility.back_up()
    assert again.outcome.source is not None
    assert again.outcome.source.hashed == 0


def test_an_interrupted_run_leaves_no_restic_behind_and_the_next_one_is_whole(
    facility: Facility, tmp_path: Path
) -> None:
    facility.back_up()
    script = f"""case " $* " in *" copy "*) echo $$ > "{tmp_path}/pid"; exec sleep 600 ;; esac
PATH={PATH} exec restic "$@" """
    (facility.source / "new.txt").write_text("new\n")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test worker ignores it
    threading.Thread(target=interrupt_when, args=(tmp_path / "pid",), daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            facility.back_up(workplace=with_restic(facility, tmp_path, script))
    finally:
        signal.signal(signal.SIGINT, before)
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
    assert [one.cause for one in facility.back_up().sites] == [None, None]


def interrupt_when(file: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if file.exists() and file.read_text().endswith("\n"):
            os.kill(os.getpid(), signal.SIGINT)
            return
        threading.Event().wait(0.05)


def test_a_folder_named_by_a_link_is_saved_as_what_it_is(
    facility: Facility, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(facility.source)
    dataset = changed(facility.dataset, paths=(tmp_path / "link",))
    result = replace(facility, dataset=dataset).back_up()
    assert result.manifest is not None
    assert (result.manifest.leaves, result.manifest.unproven) == (13, 0)


def test_several_folders_are_one_dataset(facility: Facility, tmp_path: Path) -> None:
    fill(tmp_path / "share-2", 3)
    dataset = changed(facility.dataset, paths=(tmp_path / "share-2", facility.source))
    result = replace(facility, dataset=dataset).back_up()
    assert result.manifest is not None
    assert (result.manifest.leaves, result.manifest.unproven) == (17, 0)


def test_a_site_that_can_be_entered_again_is_not_held_against(facility: Facility) -> None:
    """As after a disk that was not mounted; what was found damaged stands until all was read."""
    facility.back_up()
    records, now = facility.records, SystemClock().now()
    restic = facility.setting().restic(facility.sites[0])
    assert verifying.verify(restic, records, SystemClock(), rotation.everything).cause is None
    facility.back_up()
    for cause in (Cause.NO_REPOSITORY, Cause.BAD_KEY):
        records.damaged("a", cause, now)
        found = verifying.verify(restic, records, SystemClock(), rotation.portion)
        assert (found.cause, records.damage("a")) == (None, None)
    records.damaged("a", Cause.REPOSITORY_DAMAGED, now)
    verifying.verify(restic, records, SystemClock(), rotation.portion)
    assert records.damage("a") is Cause.REPOSITORY_DAMAGED
