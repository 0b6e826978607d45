"""Our own files: made, unique, valid, hidden, watched, removed without a trace."""

import os
import stat
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Watched, YesNo
from agent.files.content_class import HEAD_BYTES, content_class
from agent.integrity.change import Change, Kind
from agent.integrity.ransom.canaries import LEFT_OUT, intact, remove, tend
from agent.integrity.ransom.canary import is_ours
from agent.integrity.ransom.canary_documents import documents
from agent.integrity.ransom.store import SuspicionStore, open_suspicions
from agent.integrity.ransom.structure import JUDGES
from tests.agent.integrity.ransom.observing import BEGIN, file
from tests.agent.integrity.ransom.test_structure import Bytes


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SuspicionStore]:
    with open_suspicions(home_at(tmp_path / "home"), bytes(32), SystemClock()) as opened:
        yield opened


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    share = tmp_path / "share"
    share.mkdir()
    share.chmod(0o770)
    return Watched(path=share, canaries=YesNo.YES)


def test_three_are_made_that_sort_first_in_the_middle_and_last(
    store: SuspicionStore, watched: Watched
) -> None:
    tended = tend(store, watched, os.urandom, BEGIN)
    names = sorted(one.name for one in watched.path.iterdir())
    assert (tended.made, tended.standing, len(names)) == (3, 3, 3)
    assert all(name.startswith(".") for name in names)
    assert [name.rpartition(".")[2] for name in names] == ["xlsx", "docx", "pdf"]
    others = ["bệnh án.docx", "hồ sơ.pdf", "lịch.xlsx", "phiếu.doc", "tài vụ.doc"]
    shown = sorted([name[1:] for name in names] + others)  # as clients sort hidden names
    assert shown[0] == names[0][1:]
    assert shown[-1] == names[2][1:]


def test_they_are_whole_documents_and_no_two_are_alike() -> None:
    one, other = documents(os.urandom), documents(os.urandom)
    assert not {made.content for made in one} & {made.content for made in other}
    for made in one:
        kind = content_class(made.content[:HEAD_BYTES], len(made.content))
        assert JUDGES[kind](Bytes(made.content)) is False
        if kind == "zip":
            with zipfile.ZipFile(BytesIO(made.content)) as archive:
                assert archive.testzip() is None


def test_whoever_may_write_in_the_folder_may_write_to_them(
    store: SuspicionStore, watched: Watched
) -> None:
    tend(store, watched, os.urandom, BEGIN)
    for canary in store.canaries():
        found = Path(os.fsdecode(canary.path)).stat()
        folder = watched.path.stat()
        assert stat.S_IMODE(found.st_mode) == 0o660
        assert (found.st_uid, found.st_gid) == (folder.st_uid, folder.st_gid)


def test_they_are_made_once(store: SuspicionStore, watched: Watched) -> None:
    tend(store, watched, os.urandom, BEGIN)
    first = store.canaries()
    Path(os.fsdecode(first[0].path)).unlink()
    assert tend(store, watched, os.urandom, BEGIN).standing == 2
    assert store.canaries() == first


def test_on_request_they_go_and_nobody_is_alarmed(store: SuspicionStore, watched: Watched) -> None:
    tend(store, watched, os.urandom, BEGIN)
    tended = tend(store, replace(watched, canaries=YesNo.NO), os.urandom, BEGIN)
    assert (tended.removed, tended.left) == (3, 0)
    assert not list(watched.path.iterdir())
    assert store.canaries() == ()


def test_what_was_changed_is_not_ours_to_remove(store: SuspicionStore, watched: Watched) -> None:
    tend(store, watched, os.urandom, BEGIN)
    changed = Path(os.fsdecode(store.canaries()[1].path))
    changed.write_bytes(b"evidence")
    assert not intact(store.canaries()[1])
    tended = remove(store, os.fsencode(watched.path), BEGIN)
    assert (tended.removed, tended.left) == (2, 1)
    assert changed.read_bytes() == b"evidence"


def test_where_none_can_be_made_it_is_said_and_none_is_left(
    store: SuspicionStore, watched: Watched
) -> None:
    gone = replace(watched, path=watched.path / "gone")
    assert tend(store, gone, os.urandom, BEGIN).trouble
    assert store.canaries() == ()


@pytest.mark.parametrize("patterns", [{"ignore": (".*",)}, {"only": ("*.jar",)}])
def test_where_nobody_would_look_at_them_none_is_made(
    store: SuspicionStore, watched: Watched, patterns: dict[str, tuple[str, ...]]
) -> None:
    blind = replace(watched, **patterns)
    assert tend(store, blind, os.urandom, BEGIN).trouble == LEFT_OUT
    assert not list(watched.path.iterdir())


def test_our_own_doing_is_no_change_that_anybody_must_explain(
    store: SuspicionStore, watched: Watched
) -> None:
    tend(store, watched, os.urandom, BEGIN)
    canary = store.canaries()[0]
    record = replace(file(os.fsdecode(canary.path), "zip"), sha256=canary.sha256)
    other = file(os.fsdecode(canary.path), "zip")
    standing = {one.path: one for one in store.canaries_ever()}
    assert is_ours(Change(Kind.ADDED, None, record), standing)
    assert not is_ours(Change(Kind.ADDED, None, other), standing)
    assert not is_ours(Change(Kind.REMOVED, record, None), standing)
    remove(store, os.fsencode(watched.path), BEGIN)
    dropped = {one.path: one for one in store.canaries_ever()}
    assert is_ours(Change(Kind.REMOVED, record, None), dropped)
    assert not is_ours(Change(Kind.REMOVED, other, None), dropped)
