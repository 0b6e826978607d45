"""Every kind of change to a watched folder is found, and nothing that did not happen."""

import os
from pathlib import Path

import pytest

from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job
from agent.integrity.change import Change, Kind
from agent.integrity.look import Scan
from tests.real.permission import NOBODY, as_ordinary_user

ROOT = os.geteuid() == 0


@pytest.fixture(autouse=True)
def baselined(app: App) -> None:
    integrity_job.baseline(app)


def scan(app: App) -> Scan:
    (found,) = integrity_job.scan(app)
    return found


def kinds(app: App, share: Path) -> dict[str, Kind]:
    changes = scan(app).findings.changes
    return {os.path.relpath(os.fsdecode(change.path), share): change.kind for change in changes}


def only_change(app: App) -> Change:
    (change,) = scan(app).findings.changes
    return change


def test_an_untouched_folder_has_no_changes(app: App, share: Path) -> None:
    assert kinds(app, share) == {}
    assert scan(app).gap == ""


def test_new_content_is_a_modification(app: App, share: Path) -> None:
    (share / "a.txt").write_text("khác hẳn")
    assert kinds(app, share) == {"a.txt": Kind.MODIFIED}


def test_same_size_and_restored_time_hide_nothing(app: App, share: Path) -> None:
    file = share / "a.txt"
    before = file.stat()
    file.write_bytes(b"x" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    change = only_change(app)
    assert change.kind is Kind.MODIFIED
    assert change.what == ("content", "ctime")


def test_a_new_file_is_an_addition(app: App, share: Path) -> None:
    (share / "khoa nội" / "mới.txt").write_text("x")
    assert kinds(app, share) == {"khoa nội/mới.txt": Kind.ADDED}


def test_a_deleted_file_is_a_removal(app: App, share: Path) -> None:
    (share / "b.txt").unlink()
    assert kinds(app, share) == {"b.txt": Kind.REMOVED}


def test_a_moved_file_is_a_rename(app: App, share: Path) -> None:
    (share / "b.txt").rename(share / "khoa nội" / "c.txt")
    change = only_change(app)
    assert change.kind is Kind.RENAMED
    assert change.old_path == os.fsencode(share / "b.txt")
    assert scan(app).findings.counts[Kind.REMOVED] == 0


def test_a_copy_under_another_name_is_no_rename(app: App, share: Path) -> None:
    content = (share / "b.txt").read_bytes()
    (share / "c.txt").write_bytes(content)  # before the old one goes: another inode
    (share / "b.txt").unlink()
    assert kinds(app, share) == {"b.txt": Kind.REMOVED, "c.txt": Kind.ADDED}


def test_a_changed_mode_is_told_as_such(app: App, share: Path) -> None:
    (share / "a.txt").chmod(0o666)
    change = only_change(app)
    assert (change.kind, change.what) == (Kind.METADATA, ("mode", "ctime"))


def test_a_changed_mode_of_a_folder_is_told(app: App, share: Path) -> None:
    (share / "khoa nội").chmod(0o777)
    assert kinds(app, share) == {"khoa nội": Kind.METADATA}


def test_a_changed_owner_is_told(app: App, share: Path) -> None:
    if ROOT:
        os.chown(share / "a.txt", NOBODY, NOBODY)
        expected: tuple[str, ...] = ("uid", "gid", "ctime")
    else:  # an ordinary user gives nothing away, and the attempt changes nothing
        with pytest.raises(PermissionError):
            os.chown(share / "a.txt", 0, 0)
        (share / "a.txt").chmod(0o640)
        expected = ("mode", "ctime")
    assert only_change(app).what == expected


def test_a_replaced_file_with_the_same_content_is_told(app: App, share: Path) -> None:
    file = share / "a.txt"
    (share / "a.tmp").write_bytes(file.read_bytes())
    (share / "a.tmp").rename(file)
    change = only_change(app)
    assert change.kind is Kind.METADATA
    assert "inode" in change.what


def test_a_file_replaced_by_a_link_is_a_modification(app: App, share: Path) -> None:
    (share / "a.txt").unlink()
    (share / "a.txt").symlink_to("/etc/passwd")
    change = only_change(app)
    assert change.kind is Kind.MODIFIED
    assert "type" in change.what


def test_a_link_that_points_elsewhere_is_a_modification(app: App, share: Path) -> None:
    (share / "link").symlink_to("a.txt")
    integrity_job.baseline(app, again=True)
    (share / "link").unlink()
    (share / "link").symlink_to("b.txt")
    assert kinds(app, share) == {"link": Kind.MODIFIED}


def test_ignored_files_are_no_changes(app: App, share: Path) -> None:
    (share / "~$a.docx").write_text("x")
    (share / "khoa nội" / "x.tmp").write_text("x")
    assert kinds(app, share) == {}


def test_a_file_that_became_unreadable_is_never_unchanged(
    app: App, share: Path, tmp_path: Path
) -> None:
    (share / "a.txt").chmod(0)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        found = scan(app)
    assert [unseen.path for unseen in found.findings.unseen] == [os.fsencode(share / "a.txt")]
    assert found.unreadable == 1


def test_what_lies_in_a_closed_folder_is_unseen_and_not_removed(
    app: App, share: Path, tmp_path: Path
) -> None:
    (share / "khoa nội").chmod(0)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        found = scan(app)
    (share / "khoa nội").chmod(0o755)
    assert found.findings.counts[Kind.REMOVED] == 0
    assert found.unreadable == 2  # the folder, and the file known inside it


def test_one_file_among_a_thousand_is_the_only_one_told(app: App, share: Path) -> None:
    for number in range(1_000):
        (share / f"{number:04}").write_bytes(b"%d" % number)
    integrity_job.baseline(app, again=True)
    (share / "0777").write_bytes(b"778")
    assert kinds(app, share) == {"0777": Kind.MODIFIED}


def test_a_folder_that_is_gone_is_removed_with_all_that_was_in_it(
    app: App, share: Path, tmp_path: Path
) -> None:
    share.rename(tmp_path / "elsewhere")
    found = scan(app)
    assert found.findings.counts[Kind.REMOVED] == 5
