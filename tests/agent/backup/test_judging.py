"""The pure parts: sources, layouts, joining, read-back, the order in which packs are read."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.backup import naming, points
from agent.backup.errors import NoPointError
from agent.backup.holding import Holding
from agent.backup.joining import Join, nanoseconds
from agent.backup.read_back import Expected, point_of
from agent.backup.sources import source
from agent.backup.sources.layout import layout_of
from agent.backup.sources.source import Before, Seen
from agent.files.record import FileRecord
from agent.restic.errors import ResticError
from agent.restic.output import Node, Snapshot
from recovery.manifest import salt, salter
from wire.merkle import Frontier, leaf_hash
from wire.verdicts import Cause

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MISSING = Seen(missing=True, unreadable=False, files=0, bytes=0, devices="")
UNREADABLE = Seen(missing=False, unreadable=True, files=0, bytes=0, devices="")
USUAL = [Before(1000, 10_000_000, "/srv")] * 3


def seen(files: int, size: int, devices: str) -> Seen:
    return Seen(missing=False, unreadable=False, files=files, bytes=size, devices=devices)


@pytest.mark.parametrize(
    ("now", "history", "cause"),
    [
        (seen(1000, 10_000_000, "/srv"), USUAL, None),
        (seen(600, 6_000_000, "/srv"), USUAL, None),
        (seen(400, 10_000_000, "/srv"), USUAL, Cause.SOURCE_SHRUNK),
        (seen(1000, 1_000_000, "/srv"), USUAL, Cause.SOURCE_SHRUNK),
        (seen(0, 0, "/srv"), USUAL, Cause.SOURCE_SHRUNK),
        (seen(0, 0, "/"), USUAL, Cause.SOURCE_MISSING),
        (seen(800, 8_000_000, "/"), USUAL, Cause.SOURCE_MISSING),
        (seen(1000, 10_000_000, "/new"), USUAL, None),
        (MISSING, USUAL, Cause.SOURCE_MISSING),
        (UNREADABLE, USUAL, Cause.SOURCE_UNREADABLE),
        (UNREADABLE, [], Cause.SOURCE_UNREADABLE),
        (seen(0, 0, "/srv"), [], Cause.SOURCE_MISSING),
        (seen(1, 1, "/srv"), [], None),
        (seen(3, 10, "/srv"), [Before(9, 15, "/srv")], None),
    ],
)
def test_a_source_is_compared_with_its_history(
    now: Seen, history: list[Before], cause: Cause | None
) -> None:
    assert source.fault(now, history) is cause


def test_one_folder_is_saved_from_inside_itself(tmp_path: Path) -> None:
    layout = layout_of((tmp_path,))
    assert (layout.start, layout.arguments) == (tmp_path, (".",))
    assert layout.in_snapshot(tmp_path / "a" / "b") == "/a/b"
    assert layout.in_snapshot(tmp_path) == "/"


def test_one_file_is_saved_from_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_text("x")
    layout = layout_of((file,))
    assert (layout.start, layout.arguments) == (tmp_path, ("dump.sql",))
    assert layout.prefix == os.fsencode(tmp_path)


def test_several_folders_keep_their_absolute_paths(tmp_path: Path) -> None:
    layout = layout_of((tmp_path / "b", tmp_path / "a"))
    assert layout.start == Path("/")
    assert layout.in_snapshot(tmp_path / "a" / "x") == f"{tmp_path}/a/x"
    with pytest.raises(ValueError, match="elsewhere"):
        layout.in_snapshot(Path("/elsewhere"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000_000),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("1970-01-01T07:00:01.000000001+07:00", 1_000_000_001),
        ("1970-01-01T07:00:01+07:00", 1_000_000_000),
        ("no time", -1),
        ("", -1),
    ],
)
def test_times_of_restic_become_nanoseconds(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert isinstance(nanoseconds(text), int)


def record(
    path: bytes, *, size: int = 3, ctime_ns: int = 5, sha: bytes | None = b"h"
) -> FileRecord:
    return FileRecord(path, 0o100644, 0, 0, size, 4, ctime_ns, 1, 1, 1, sha, 0, "")


def node(path: str, kind: str = "file") -> Node:
    zero = "1970-01-01T00:00:00.00000000"
    return Node(path=path, type=kind, size=3, mtime=f"{zero}4Z", ctime=f"{zero}5Z")


def proved(nodes: list[Node], records: list[FileRecord]) -> tuple[list[bytes], int]:
    """The paths that are proved, and how many files of the snapshot are not."""
    join = Join(nodes, records, b"/srv")
    paths = [entry.path for entry in join.proved()]
    return paths, join.files - len(paths)


def test_only_what_was_hashed_as_it_was_saved_is_proved() -> None:
    nodes = [node("/d", "dir"), node("/grown"), node("/moved"), node("/same"), node("/unread")]
    records = [
        record(b"/srv/grown", size=4),
        record(b"/srv/moved", ctime_ns=6),
        record(b"/srv/same"),
        record(b"/srv/unknown"),
        record(b"/srv/unread", sha=None),
    ]
    assert proved(nodes, records) == ([b"/same"], 3)


def test_an_entry_that_cannot_be_read_counts_as_unproven() -> None:
    assert proved([Node(type="unreadable")], [record(b"/srv/x")]) == ([], 1)


def test_a_folder_comes_before_a_sibling_whose_name_begins_like_it() -> None:
    names = ["/a/x", "/a-b", "/a.txt", "/é"]
    records = [record(b"/srv" + name.encode()) for name in names]
    assert proved([node(name) for name in names], records) == ([n.encode() for n in names], 0)


def test_a_name_that_restic_cannot_print_hides_no_other() -> None:
    nodes = [node("/\ufffd"), node("/é")]  # the byte 0x80 comes before é, its sign after it
    records = [record(b"/srv/\x80"), record("/srv/é".encode())]
    assert proved(nodes, records) == (["/é".encode()], 1)


@given(st.permutations(["/a/x", "/a-b", "/a.txt", "/b"]))
def test_a_listing_out_of_order_never_proves_what_is_not_so(names: list[str]) -> None:
    records = [record(b"/srv/a/x"), record(b"/srv/a-b", size=9), record(b"/srv/b")]
    paths, unproven = proved([node(name) for name in names], records)
    assert set(paths) <= {b"/a/x", b"/b"}
    assert unproven == len(names) - len(paths)


def test_salts_made_in_a_row_are_the_salts_of_hmac() -> None:
    for key in (b"k" * 32, b"k" * 64, b"k" * 65):
        salt_of = salter(key, "ab" * 16)
        assert [salt_of(index) for index in (0, 7, 1000)] == [
            salt(key, "ab" * 16, index) for index in (0, 7, 1000)
        ]


@given(st.integers(0, 70), st.integers(0, 70))
def test_many_leaves_at_once_grow_the_tree_as_one_by_one_do(first: int, more: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(first + more)]
    grown = Frontier()
    for leaf in leaves:
        grown = grown.append(leaf)
    assert Frontier().append_all(leaves[:first]).append_all(leaves[first:]) == grown


def snapshot(
    name: str, *, tree: str = "t", original: str | None = None, minutes: int = 0
) -> Snapshot:
    at = NOW - timedelta(minutes=minutes)
    return Snapshot(name, tree, at, tags=naming.data_tags("share"), original=original)


def wanted(first: Snapshot) -> Expected:
    return Expected("share", first.id, first, None, None)


def test_a_copy_that_is_not_listed_is_not_there() -> None:
    holding = Holding("b", (snapshot("other"),), NOW)
    with pytest.raises(ResticError) as caught:
        point_of(holding, wanted(snapshot("a1")))
    assert caught.value.cause is Cause.NOT_READ_BACK


def test_a_copy_with_another_tree_differs() -> None:
    holding = Holding("b", (snapshot("b1", tree="u", original="a1"),), NOW)
    with pytest.raises(ResticError) as caught:
        point_of(holding, wanted(snapshot("a1")))
    assert caught.value.cause is Cause.CONTENT_DIFFERS


def test_a_copy_with_another_time_differs() -> None:
    holding = Holding("b", (snapshot("b1", original="a1", minutes=9),), NOW)
    with pytest.raises(ResticError) as caught:
        point_of(holding, wanted(snapshot("a1")))
    assert caught.value.cause is Cause.CONTENT_DIFFERS


def test_a_companion_with_another_content_is_none() -> None:
    tags = naming.companion_tags("share", "t", "m1")
    ours, forged = Snapshot("c1", "ct", NOW, tags=tags), Snapshot("c2", "forged", NOW, tags=tags)
    expected = Expected("share", "a1", snapshot("a1"), "m1", ours)
    copy = snapshot("b1", original="a1")
    assert point_of(Holding("b", (copy, forged), NOW), expected).companion is None
    assert point_of(Holding("b", (copy, forged, ours), NOW), expected).companion == "c1"


def test_a_point_from_the_future_is_not_the_newest() -> None:
    found = [
        snapshot("future", minutes=-60),
        snapshot("new", minutes=5),
        snapshot("old", minutes=90),
    ]
    assert points.point_at(found, NOW, NOW, "a", "share").id == "new"
    assert points.point_at(found, NOW - timedelta(hours=1), NOW, "a", "share").id == "old"
    with pytest.raises(NoPointError):
        points.point_at(found, NOW - timedelta(days=1), NOW, "a", "share")


@pytest.mark.parametrize("name", ["", "x", "s"])
def test_a_name_that_is_not_one_points_is_refused(name: str) -> None:
    with pytest.raises(NoPointError):
        points.point_named([snapshot("s1"), snapshot("s2")], name, "a", "share")
