"""What comes back is what was there: content, names, owners, rights, links, times."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.backup.errors import (
    CaseFoldedError,
    MountGoneError,
    NotInPointError,
    TargetNotEmptyError,
)
from agent.backup.restore import goal as restore_goal
from agent.backup.restore import guards as restore_guards
from agent.backup.restore import restoring
from agent.backup.restore.differences import Kind
from agent.backup.restore.goal import Way
from agent.backup.restore.listing import Counted, Listing
from agent.backup.sources.layout import mount_of
from agent.daemon.work.backup import backup_job
from agent.daemon.work.restore.restore_job import Outcome
from agent.progress import Progress
from agent.restic.errors import ResticError
from agent.restic.output import Node, Snapshot
from tests.agent.restore.conftest import (
    FOLDER,
    Hospital,
    damage,
    restic_whose_restore,
    use_restic,
)
from tests.real.restic_versions import path_of
from wire.verdicts import Cause


def lies(outcome: Outcome) -> Path:
    assert outcome.final is not None
    return outcome.final


def everything(folder: Path) -> dict[bytes, tuple[object, ...]]:
    """All that can be known of a tree, by its bytes."""
    seen: dict[bytes, tuple[object, ...]] = {}
    top = os.fsencode(folder)
    for place, folders, files in os.walk(top):
        for path in [place, *(place + b"/" + name for name in (*folders, *files))]:
            status = os.lstat(path)
            content: object = None
            if stat.S_ISREG(status.st_mode):
                content = Path(os.fsdecode(path)).read_bytes()
            elif stat.S_ISLNK(status.st_mode):
                content = Path(os.fsdecode(path)).readlink()
            names = sorted(os.listxattr(path, follow_symlinks=False))
            attributes = [os.getxattr(path, name, follow_symlinks=False) for name in names]
            seen[path[len(top) :]] = (
                status.st_mode,
                status.st_uid,
                status.st_gid,
                status.st_mtime_ns,
                status.st_nlink,
                content,
                tuple(names),
                tuple(attributes),
            )
    return seen


def test_what_is_gone_returns_to_its_place_as_it_was(own: Hospital) -> None:
    before = everything(own.share / FOLDER)
    (own.share / FOLDER).rename(own.folder / "deleted")
    outcome = own.restore()
    assert (outcome.way, outcome.final) == (Way.IN_PLACE, own.share / FOLDER)
    assert outcome.restored.proved, outcome.restored.differences.named
    assert everything(own.share / FOLDER) == before
    assert own.left() == []


def test_what_is_still_there_is_not_touched(hospital: Hospital) -> None:
    live = hospital.share / FOLDER
    before = everything(live)
    outcome = hospital.restore()
    assert outcome.way is Way.BESIDE
    assert lies(outcome).parent == hospital.share
    assert lies(outcome).name.startswith(f"{FOLDER}.restored-2")
    assert everything(lies(outcome)) == before == everything(live)
    again = hospital.restore()
    assert lies(again).name == lies(outcome).name + "-2"


def test_a_file_replaces_the_one_that_is_there_which_is_kept(own: Hospital) -> None:
    file = own.share / "sổ.xlsx"
    file.write_text("second, wrong")
    outcome = own.restore("sổ.xlsx", replace=True)
    assert (outcome.way, outcome.restored.proved) == (Way.REPLACE, True)
    assert file.read_text() == "first"
    assert outcome.kept is not None
    assert outcome.kept.read_text() == "second, wrong"
    assert ".before-restore-" in outcome.kept.name
    assert own.left() == []


def test_a_folder_replaces_the_one_that_is_there_which_is_kept(own: Hospital) -> None:
    live = own.share / FOLDER
    before = everything(live)
    (live / "newer").write_text("only here")
    outcome = own.restore(replace=True)
    assert outcome.kept is not None
    assert (outcome.kept / "newer").read_text() == "only here"
    assert everything(live) == before


@pytest.mark.parametrize("site", ["a", "b"])
def test_either_site_alone_gives_it(hospital: Hospital, tmp_path: Path, site: str) -> None:
    outcome = hospital.restore(site=site, into=tmp_path / "new")
    assert outcome.candidate.site == site
    assert outcome.final == tmp_path / "new" / FOLDER
    assert everything(lies(outcome)) == everything(hospital.share / FOLDER)


def test_a_whole_dataset_comes_into_a_folder_of_choice(hospital: Hospital, tmp_path: Path) -> None:
    outcome = hospital.restore(None, dataset="share", into=tmp_path / "all")
    assert (tmp_path / "all" / "sổ.xlsx").read_text() == "first"
    assert outcome.restored.proved


@pytest.mark.parametrize(
    "name", ["odd [a]*?\\ name", "new\nline", os.fsdecode(b"\xff\xfe"), "link", "dangling", "empty"]
)
def test_odd_things_come_back_alone(hospital: Hospital, tmp_path: Path, name: str) -> None:
    outcome = hospital.restore(Path(FOLDER) / name, into=tmp_path / "new")
    assert outcome.restored.proved, outcome.restored.differences.named
    live = os.lstat(hospital.share / FOLDER / name)
    seen = os.lstat(lies(outcome))
    assert (seen.st_mode, seen.st_size, seen.st_mtime_ns) == (
        live.st_mode,
        live.st_size,
        live.st_mtime_ns,
    )
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_without_a_time_it_is_the_newest_point_that_holds_it(own: Hospital) -> None:
    (own.share / "sổ.xlsx").unlink()
    own.back_up()
    plan = own.plan("sổ.xlsx")
    assert plan.newest_lacks_it
    with pytest.raises(NotInPointError):
        own.plan("sổ.xlsx", at=own.app.clock.now())
    assert lies(own.restore("sổ.xlsx")).read_text() == "first"


def test_what_is_newer_here_is_told_before(own: Hospital) -> None:
    plan = own.plan()
    assert plan.live is not None
    assert (plan.live.newer, plan.live.only_here) == (0, 0)
    (own.share / FOLDER / "2026" / "hồ sơ 1.txt").write_text("changed")
    (own.share / FOLDER / "added").write_text("new")
    plan = own.plan()
    assert plan.live is not None
    assert (plan.live.newer, plan.live.only_here) == (2, 1)


def test_a_site_that_is_away_is_told_and_the_other_serves(own: Hospital) -> None:
    own.site("a").rename(own.folder / "unplugged")
    outcome = own.restore()
    assert outcome.candidate.site == "b"
    assert outcome.restored.proved
    (trouble,) = outcome.troubles
    assert isinstance(trouble, ResticError)
    assert (trouble.site, trouble.cause) == ("a", Cause.NO_REPOSITORY)


def test_damage_at_one_site_is_told_and_the_other_serves(own: Hospital) -> None:
    pack = damage(own.site("a"))
    outcome = own.restore()
    assert outcome.candidate.site == "b"
    assert outcome.restored.proved
    assert [getattr(each, "cause", None) for each in outcome.troubles] == [Cause.REPOSITORY_DAMAGED]
    assert pack.exists()
    assert own.left() == []


def test_what_no_site_can_give_is_incomplete_and_replaces_nothing(own: Hospital) -> None:
    live = own.share / FOLDER
    before = everything(live)
    damage(own.site("a"))
    damage(own.site("b"))
    outcome = own.restore(replace=True)
    assert not outcome.restored.whole
    assert outcome.kept is None
    assert lies(outcome).name.endswith(".incomplete")
    assert outcome.restored.differences.counts[Kind.MISSING] > 0
    assert everything(live) == before


def test_no_place_no_restore(hospital: Hospital, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    with pytest.raises(TargetNotEmptyError):
        hospital.plan(into=tmp_path / "full")
    assert (tmp_path / "full" / "x").read_text() == "mine"


def test_a_point_of_the_future_is_not_taken(hospital: Hospital) -> None:
    plan = hospital.plan(at=datetime(2999, 1, 1, tzinfo=UTC))
    assert plan.candidate.point.at <= hospital.app.clock.now()


def test_the_restic_of_debian_13_brings_the_same_back(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_restic(monkeypatch, path_of("debian-13"))
    outcome = hospital.restore(into=tmp_path / "new", site="b")
    assert outcome.restored.proved, outcome.restored.differences.named
    assert everything(lies(outcome)) == everything(hospital.share / FOLDER)


def test_a_disk_that_becomes_full_midway_leaves_nothing(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = "echo 'Fatal: write /x: no space left on device' >&2; exit 1"
    use_restic(monkeypatch, restic_whose_restore(tmp_path / "bin", full))
    with pytest.raises(ResticError) as caught:
        hospital.restore(into=tmp_path / "new")
    assert caught.value.cause is Cause.NO_SPACE
    assert not (tmp_path / "new").exists()
    assert hospital.left() == []


def test_a_site_whose_disk_is_full_is_left_for_the_other(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even reading leaves a lock at the site; a full one cannot take it."""
    full = (
        "case $(cat $RESTIC_REPOSITORY_FILE) in *nas-a*) echo 'Fatal: unable to create lock in "
        "backend: write: no space left on device' >&2; exit 1;; esac"
    )
    use_restic(monkeypatch, restic_whose_restore(tmp_path / "bin", full))
    outcome = hospital.restore(into=tmp_path / "new")
    assert outcome.candidate.site == "b"
    assert outcome.restored.proved


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ResticError) as caught:
        restoring.demand_room("a", tmp_path / "new" / "x", Counted(1, 1 << 60))
    assert caught.value.cause is Cause.NO_SPACE
    restoring.demand_room("a", tmp_path / "new" / "x", Counted(1, 1))


def test_a_restic_that_ends_well_and_brings_nothing_is_not_believed(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_restic(monkeypatch, restic_whose_restore(tmp_path / "bin", "exit 0"))
    outcome = hospital.restore(into=tmp_path / "new")
    assert not outcome.restored.whole
    assert outcome.restored.differences.counts[Kind.MISSING] == outcome.restored.entries
    assert outcome.final is None


def test_what_is_not_as_it_was_replaces_nothing(
    own: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its content is right, its rights are not: it is put beside, and that is told."""
    tampering = (
        '/usr/bin/restic "$@" || exit; while [ "$1" != --target ]; do shift; done; '
        'chmod 0606 "$2/sổ.xlsx"; exit 0'
    )
    use_restic(monkeypatch, restic_whose_restore(tmp_path / "bin", tampering))
    (own.share / "sổ.xlsx").write_text("second")
    outcome = own.restore("sổ.xlsx", replace=True)
    assert (outcome.way, outcome.kept) == (Way.BESIDE, None)
    assert outcome.restored.whole
    assert dict(outcome.restored.differences.counts) == {Kind.MODE: 1}
    assert (own.share / "sổ.xlsx").read_text() == "second"
    assert lies(outcome).read_text() == "first"


def test_names_that_are_one_name_here_are_refused_before(tmp_path: Path) -> None:
    nodes = (Node(path="/x/Sổ", type="file"), Node(path="/x/sổ", type="file"))
    listing = Listing(b"/x", nodes, Counted(2, 0))
    with restore_goal.opened(tmp_path / "x", "1") as ground:
        wanted = restoring.Wanted(Snapshot("s", "t", datetime.now(UTC)), listing, ground)
        restoring.demand_case(wanted)
        (ground.stage / "CASE").touch()  # as a filesystem answers that knows no case
        with pytest.raises(CaseFoldedError):
            restoring.demand_case(wanted)


def test_a_dataset_that_lies_on_another_disk_now_is_not_put_there(tmp_path: Path) -> None:
    restore_guards.demand_same_mount(tmp_path / "x", "")
    restore_guards.demand_same_mount(tmp_path / "x", f"/srv {mount_of(tmp_path)}")
    with pytest.raises(MountGoneError):
        restore_guards.demand_same_mount(tmp_path / "x", "/mnt/unplugged /srv")


def test_a_backup_tells_of_both_sites_and_is_done_only_in_the_end(own: Hospital) -> None:
    (own.share / "scan").write_bytes(os.urandom(3 << 20))
    told: list[Progress] = []
    backup_job.run_all(own.app, on_progress=told.append)
    for phase, site in (("backup", "a"), ("copy", "b")):
        lines = [one for one in told if (one.phase, one.site) == (phase, site)]
        assert [one.done for one in lines] == [False] * (len(lines) - 1) + [True]
        assert [one.bytes_done for one in lines] == sorted(one.bytes_done for one in lines)
        assert lines[-1].files_done == 14
        assert lines[-1].bytes_done >= 3 << 20
    assert all(one.share is None or one.share < 1 or one.done for one in told)


def test_a_copy_that_fails_never_shows_done(own: Hospital) -> None:
    own.site("b").rename(own.folder / "unplugged")
    own.site("b").write_text("a file where the repository was")
    told: list[Progress] = []
    backup_job.run_all(own.app, on_progress=told.append)
    assert not any(one.done for one in told if one.site == "b")
    assert [one.done for one in told if (one.phase, one.site) == ("backup", "a")][-1]
