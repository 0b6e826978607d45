"""Extended attributes in a comparison: each by its own word; of the unknown nothing is said."""

import os
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from agent.cli.integrity import view as integrity_view
from agent.daemon.app import App
from agent.daemon.work.integrity import integrity_job
from agent.files import refresh
from agent.files.attributes import NOT_READ
from agent.files.filesystems import Mount
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.compare import compare
from agent.integrity.findings import gather
from agent.integrity.renames import join_renames

FILE = FileRecord(b"/a", 0o100644, 0, 0, 1, 0, 0, 7, 1, 1, bytes(32), 0, "", None)


def having(**values: bytes) -> FileRecord:
    named = {name.replace("__", ".").encode(): b"=" + value for name, value in values.items()}
    return replace(FILE, attributes=msgspec.msgpack.encode(named))


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (having(system__posix_acl_access=b"x"), "acl"),
        (having(system__posix_acl_default=b"x"), "acl"),
        (having(security__capability=b"x"), "capability"),
        (having(security__selinux=b"x"), "label"),
        (having(user__comment=b"x"), "xattr"),
        (having(trusted__overlay=b"x"), "xattr"),
    ],
)
def test_each_kind_of_attribute_has_its_own_word(after: FileRecord, word: str) -> None:
    for one, other in ((FILE, after), (after, FILE), (after, having(user__b=b"y"))):
        (change,) = compare([one], [other])
        assert isinstance(change, Change)
        assert change.kind is Kind.METADATA
        assert word in change.what


def test_the_same_attributes_are_no_change() -> None:
    assert list(compare([having(user__a=b"x")], [having(user__a=b"x")])) == []
    (change,) = compare([having(user__a=b"x")], [having(user__a=b"y")])
    assert isinstance(change, Change)
    assert change.what == ("xattr",)


def test_of_a_baseline_from_before_attributes_were_kept_nothing_is_said() -> None:
    old = replace(FILE, attributes=NOT_READ)
    assert list(compare([old], [having(user__a=b"x")])) == []


def test_what_a_person_approves_includes_the_attributes() -> None:
    first, second = (
        gather(compare([], [having(user__a=value)]), "p").review for value in (b"x", b"y")
    )
    assert first != second


def test_without_inodes_equal_contents_are_no_rename() -> None:
    here = replace(FILE, inode=0)
    there = replace(here, path=b"/b")
    changes = (Change(Kind.REMOVED, here, None), Change(Kind.ADDED, None, there))
    assert join_renames(changes) == changes


def test_an_access_list_given_since_the_baseline_is_found(app: App, share: Path) -> None:
    integrity_job.baseline(app)
    os.setxattr(share / "a.txt", b"user.origin", b"https://example.org")
    (scan,) = integrity_job.scan(app)
    (change,) = scan.findings.changes
    assert "xattr" in change.what


def test_a_network_share_is_said_to_be_one(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    integrity_job.baseline(app)
    integrity_view.show_scans(integrity_job.scan(app), everything=False)
    assert "network share" not in capsys.readouterr().err
    monkeypatch.setattr(refresh, "mounts", lambda: (Mount(b"/", "nfs4"),))
    integrity_view.show_scans(integrity_job.scan(app), everything=False)
    assert "network share" in capsys.readouterr().err
