"""Links, pipes and odd names: nothing outside of a tree is read, changed or removed for it."""

import hashlib
import os
from pathlib import Path

import pytest

from agent.backup.course import Course
from agent.backup.errors import TargetIsLiveError, TargetNotEmptyError
from agent.backup.restore import guards as restore_guards
from agent.backup.restore.goal import Wish
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Dataset
from agent.daemon.app import open_app
from agent.daemon.work.restore.restore_plan import Request, make
from agent.drills import compare, scratch
from agent.drills.errors import ScratchError
from agent.files import restored
from agent.files.ledger import open_ledger
from recovery.manifest import Entry


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """What nobody may touch: the fixture of a whole folder, compared by the tests."""
    folder = tmp_path / "live"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "record").write_text("patient")
    (folder / "sub").chmod(0o750)
    return folder


def entry_of(path: bytes, content: bytes) -> Entry:
    return Entry(path, len(content), hashlib.sha256(content).digest())


# --- what a repository brings back ---


@pytest.mark.parametrize("name", [b"/sub/record", b"sub/record", b"/sub/../sub/record"])
def test_a_restored_link_to_a_folder_does_not_let_live_data_pass_for_restored(
    tmp_path: Path, live: Path, name: bytes
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "sub").symlink_to(live / "sub")
    found = compare.compare_all(tree, [entry_of(name, b"patient")])
    assert (found.present, found.equal, found.mismatches) == (0, 0, 1)


def test_a_restored_link_above_the_file_is_found_however_deep(tmp_path: Path, live: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "b" / "c").symlink_to(live)
    entries = [entry_of(b"/a/b/c/sub/record", b"patient")]
    assert compare.compare_all(tree, entries).present == 0


def test_looking_at_a_restored_tree_changes_no_mode_behind_its_links(
    tmp_path: Path, live: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to(live / "sub")
    (live / "sub" / "record").chmod(0o000)
    scratch.open_up(tree)
    restored.read_restored(tree, b"/link/record")
    assert (live / "sub").stat().st_mode & 0o777 == 0o750
    assert (live / "sub" / "record").stat().st_mode & 0o777 == 0


def test_a_tree_that_lies_behind_a_link_of_ours_is_read(tmp_path: Path) -> None:
    """/var may be a link: only links inside the tree are refused."""
    (tmp_path / "real" / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "real" / "tree" / "sub" / "x").write_bytes(b"x")
    (tmp_path / "var").symlink_to(tmp_path / "real")
    tree = tmp_path / "var" / "tree"
    assert compare.compare_all(tree, [entry_of(b"/sub/x", b"x")]).equal == 1


# --- scratch folders ---


def test_a_link_planted_among_the_scratch_folders_is_not_followed(home: Home, live: Path) -> None:
    home.scratch.mkdir(mode=0o700, parents=True)
    planted = home.scratch / f"{scratch.PREFIX}planted"
    planted.symlink_to(live)
    assert scratch.sweep(home) == 1
    assert not planted.is_symlink()
    assert (live / "sub" / "record").read_text() == "patient"
    assert (live / "sub").stat().st_mode & 0o777 == 0o750


def test_links_inside_a_left_over_scratch_folder_are_removed_and_not_followed(
    home: Home, live: Path
) -> None:
    sealed = scratch.make(home, "x", SystemClock())
    (sealed.folder / scratch.MARKER).unlink()  # nobody's: as after kill -9
    (sealed.tree / "folder").symlink_to(live)
    (sealed.tree / "file").symlink_to(live / "sub" / "record")
    (sealed.tree / "loop").symlink_to(sealed.tree)
    os.mkfifo(sealed.tree / "pipe")
    assert scratch.sweep(home) == 1
    assert (live / "sub" / "record").read_text() == "patient"


def test_a_scratch_folder_that_somebody_made_before_us_is_not_used(home: Home) -> None:
    home.scratch.mkdir(mode=0o700, parents=True)
    (home.scratch / f"{scratch.PREFIX}x").mkdir(mode=0o777)
    with pytest.raises(ScratchError):
        scratch.make(home, "x", SystemClock())


# --- everyday restore ---


def dataset(name: str, *paths: Path) -> Dataset:
    return Dataset(name=name, paths=paths, schedule="0 * * * *", rpo="8h")


def test_a_restore_into_live_data_is_refused_also_through_a_link(
    tmp_path: Path, live: Path
) -> None:
    (tmp_path / "link").symlink_to(live)
    for target in (live, live / "new", tmp_path / "link" / "new", tmp_path, live / "sub" / ".."):
        with pytest.raises(TargetIsLiveError):
            restore_guards.demand_new_target(target, dataset("share", live))


def test_a_restore_into_another_datasets_folder_is_refused(home: Home, live: Path) -> None:
    source = live.parent / "share"
    source.mkdir()
    home.config_dir.mkdir()
    rows = [
        f"{{name: {name}, paths: [{path}], schedule: '0 * * * *', rpo: 8h}}"
        for name, path in (("share", source), ("his", live))
    ]
    site = f"{{name: a, kind: local, path: {live.parent / 'nas'}, held_by: owned}}"
    home.agent_yaml.write_text(f"facility: X\ndatasets: [{', '.join(rows)}]\nsites: [{site}]\n")
    app = open_app(home)
    try:
        with pytest.raises(TargetIsLiveError):
            make(
                app,
                Request(dataset="share", site="a", wish=Wish(live / "new")),
                Course(SystemClock()),
            )
    finally:
        app.close()
    assert not (live / "new").exists()


def test_a_target_that_holds_something_is_refused(tmp_path: Path, live: Path) -> None:
    (tmp_path / "link").symlink_to(live)
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "file").write_text("x")
    for name in ("link", "dangling", "file"):
        with pytest.raises(TargetNotEmptyError):
            restore_guards.demand_new_target(
                tmp_path / name, dataset("share", tmp_path / "elsewhere")
            )


# --- the ledger of files ---


def test_the_ledger_follows_no_link_and_waits_for_no_pipe(home: Home, live: Path) -> None:
    watched = live.parent / "watched"
    watched.mkdir()
    (watched / "folder").symlink_to(live)
    (watched / "file").symlink_to("/etc/passwd")
    (watched / "loop").symlink_to(watched)
    os.mkfifo(watched / "pipe")
    (watched / "plain").write_text("x")
    with open_ledger(home, SystemClock()) as ledger:
        ledger.refresh(watched)
        known = {Path(os.fsdecode(r.path)).name: r.sha256 for r in ledger.entries(watched)}
    assert set(known) - {"watched"} == {"folder", "file", "loop", "pipe", "plain"}
    assert known["file"] == hashlib.sha256(b"/etc/passwd").digest()  # where it points, no content
    assert known["pipe"] is None


def test_odd_names_stay_names(home: Home, tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    watched.mkdir()
    names = [b"-rf", b"--password-command=x", b"a\nb", b"\xff\xfe", b"$(id)", b"..x", b" "]
    for name in names:
        with open(os.fsencode(watched) + b"/" + name, "wb") as file:  # noqa: PTH123 - bytes
            file.write(name)
    with open_ledger(home, SystemClock()) as ledger:
        ledger.refresh(watched)
        found = {Path(os.fsdecode(r.path)).name for r in ledger.entries(watched) if r.sha256}
    assert found == {os.fsdecode(name) for name in names}
