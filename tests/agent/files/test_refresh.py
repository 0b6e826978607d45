"""The ledger follows the tree: what is hashed, what is not, and what is told."""

import hashlib
import os
import unicodedata
from pathlib import Path

import pytest

from agent.files import hashing
from agent.files.ledger import Ledger
from agent.files.record import FileRecord, Trouble, status_of
from tests.real.permission import as_ordinary_user


def known(ledger: Ledger, root: Path) -> dict[bytes, FileRecord]:
    return {os.path.relpath(one.path, os.fsencode(root)): one for one in ledger.entries(root)}


def test_first_refresh_hashes_every_file(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    (tree / "folder").mkdir()
    (tree / "folder/b").write_bytes(b"two")
    refresh = ledger.refresh(tree)
    assert (refresh.files, refresh.hashed, refresh.bytes) == (2, 2, 6)
    assert known(ledger, tree)[b"folder/b"].sha256 == hashlib.sha256(b"two").digest()


def test_unchanged_files_are_not_read_again(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    ledger.refresh(tree)
    assert ledger.refresh(tree).hashed == 0


def test_same_size_and_restored_time_do_not_hide_new_content(ledger: Ledger, tree: Path) -> None:
    file = tree / "a"
    file.write_bytes(b"one")
    before = file.stat()
    ledger.refresh(tree)
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ledger.refresh(tree).hashed == 1
    assert known(ledger, tree)[b"a"].sha256 == hashlib.sha256(b"two").digest()


def test_removed_files_leave_the_ledger(ledger: Ledger, tree: Path) -> None:
    (tree / "folder").mkdir()
    (tree / "folder/a").write_bytes(b"one")
    (tree / "z").write_bytes(b"two")
    ledger.refresh(tree)
    (tree / "folder/a").unlink()
    (tree / "folder").rmdir()
    assert ledger.refresh(tree).removed == 2
    assert set(known(ledger, tree)) == {b".", b"z"}


def test_entries_come_in_the_order_of_a_walk(ledger: Ledger, tree: Path) -> None:
    for name in ("a.b", "a/x", "a/y/z", "ab", "a-b"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(b"")
    ledger.refresh(tree)
    assert list(known(ledger, tree)) == [
        *(b".", b"a", b"a/x", b"a/y", b"a/y/z", b"a-b", b"a.b", b"ab"),
    ]


def test_names_of_any_bytes_and_both_vietnamese_forms_are_kept(ledger: Ledger, tree: Path) -> None:
    forms = [unicodedata.normalize(form, "bệnh án.txt").encode() for form in ("NFC", "NFD")]
    names = [b"\xff\xfe", b"new\nline", *forms]
    for name in names:
        Path(os.fsdecode(os.fsencode(tree) + b"/" + name)).write_bytes(name)
    assert ledger.refresh(tree).hashed == 4
    found = known(ledger, tree)
    assert all(found[name].sha256 == hashlib.sha256(name).digest() for name in names)


def test_links_are_recorded_and_not_followed(ledger: Ledger, tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (tree / "link").symlink_to(outside)
    refresh = ledger.refresh(tree)
    assert (refresh.files, refresh.others) == (0, 2)
    assert known(ledger, tree)[b"link"].sha256 == hashlib.sha256(os.fsencode(outside)).digest()


def test_a_fifo_does_not_hang_the_walk(ledger: Ledger, tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    (tree / "z").write_bytes(b"z")
    refresh = ledger.refresh(tree)
    assert (refresh.files, refresh.others, refresh.unreadable) == (1, 2, 0)


def test_hard_links_are_each_recorded(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    (tree / "b").hardlink_to(tree / "a")
    ledger.refresh(tree)
    found = known(ledger, tree)
    assert found[b"a"].inode == found[b"b"].inode
    assert found[b"a"].links == found[b"b"].links == 2


def test_a_sparse_file_is_hashed_in_pieces(ledger: Ledger, tree: Path) -> None:
    size = 300 * 2**20
    with (tree / "sparse").open("wb") as stream:
        stream.truncate(size)
    ledger.refresh(tree)
    expected = hashlib.sha256()
    for _ in range(300):
        expected.update(bytes(2**20))
    assert known(ledger, tree)[b"sparse"].sha256 == expected.digest()


def test_a_file_that_may_not_be_read_is_told_and_tried_again(
    ledger: Ledger, tree: Path, tmp_path: Path
) -> None:
    (tree / "secret").write_bytes(b"one")
    (tree / "secret").chmod(0)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        refresh = ledger.refresh(tree)
    assert refresh.unreadable == 1
    assert refresh.troubles == [(os.fsencode(tree / "secret"), Trouble.DENIED)]
    assert known(ledger, tree)[b"secret"].sha256 is None
    (tree / "secret").chmod(0o600)
    assert ledger.refresh(tree).hashed == 1


def test_what_lies_in_a_closed_folder_is_kept_as_not_seen(
    ledger: Ledger, tree: Path, tmp_path: Path
) -> None:
    (tree / "folder/deep").mkdir(parents=True)
    (tree / "folder/deep/a").write_bytes(b"one")
    ledger.refresh(tree)
    (tree / "folder").chmod(0)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        refresh = ledger.refresh(tree)
    (tree / "folder").chmod(0o700)
    assert (refresh.unreadable, refresh.removed) == (1, 0)
    assert known(ledger, tree)[b"folder"].trouble == Trouble.DENIED
    assert known(ledger, tree)[b"folder/deep/a"].trouble == Trouble.UNLISTED
    again = ledger.refresh(tree)
    assert (again.hashed, again.unreadable) == (0, 0)
    assert all(not one.trouble for one in ledger.entries(tree))


def test_a_folder_that_may_be_listed_but_not_entered_is_told(
    ledger: Ledger, tree: Path, tmp_path: Path
) -> None:
    (tree / "folder").mkdir()
    (tree / "folder/a").write_bytes(b"one")
    (tree / "folder").chmod(0o444)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        refresh = ledger.refresh(tree)
    (tree / "folder").chmod(0o700)
    assert refresh.troubles == [(os.fsencode(tree / "folder/a"), Trouble.DENIED)]


def test_ignored_files_are_neither_read_nor_forgotten(ledger: Ledger, tree: Path) -> None:
    for name in ("~$a.docx", "a.docx", "tạm/b", "sub/tạm/c"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(b"x")
    ledger.refresh(tree)
    ignore = ("~$*", "tạm")
    assert ledger.refresh(tree, ignore=ignore).removed == 0
    visible = [os.path.basename(one.path) for one in ledger.entries(tree, ignore=ignore)]  # noqa: PTH119
    assert visible == [b"tree", b"a.docx", b"sub"]
    assert ledger.refresh(tree).hashed == 0


def test_a_single_file_is_a_tree_too(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    (tree / "ab").write_bytes(b"two")
    refresh = ledger.refresh(tree / "a")
    assert (refresh.present, refresh.files) == (True, 1)
    assert [one.path for one in ledger.entries(tree / "a")] == [os.fsencode(tree / "a")]


def test_a_root_that_is_gone_is_an_empty_tree(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    ledger.refresh(tree)
    (tree / "a").unlink()
    tree.rmdir()
    refresh = ledger.refresh(tree)
    assert (refresh.present, refresh.removed) == (False, 2)


def test_times_beyond_the_reach_of_sqlite_are_kept(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    os.utime(tree / "a", (0, 10_000_000_000))  # the year 2286
    assert ledger.refresh(tree).hashed == 1
    assert ledger.refresh(tree).hashed == 0


def test_a_file_that_never_stands_still_is_told(tree: Path) -> None:
    file = tree / "log"
    file.write_bytes(bytes(3 * 2**20))
    status = status_of(file.lstat())

    def write_more() -> None:
        with file.open("ab") as stream:
            stream.write(b"x")

    key = os.fsencode(file).replace(b"/", b"\0")
    hashed = hashing.hash_file(key, status, hashing.Manner(write_more))
    assert (hashed.sha256, hashed.trouble) == (None, Trouble.UNSTABLE)


def test_a_file_that_changed_since_it_was_listed_is_hashed_as_it_is_now(tree: Path) -> None:
    file = tree / "a"
    file.write_bytes(b"one")
    status = status_of(file.lstat())
    file.write_bytes(b"other")
    hashed = hashing.hash_file(os.fsencode(file).replace(b"/", b"\0"), status)
    assert hashed.sha256 == hashlib.sha256(b"other").digest()
    assert hashed.status == status_of(file.lstat())


def test_a_file_that_vanishes_while_we_walk_is_left_out(ledger: Ledger, tree: Path) -> None:
    for number in range(600):
        (tree / f"{number:04}").write_bytes(b"x")

    def remove_some(seen: int) -> None:
        if seen == 0:
            for number in range(500, 510):
                (tree / f"{number:04}").unlink()

    refresh = ledger.refresh(tree, progress=remove_some)
    assert refresh.hashed == 590
    assert refresh.unreadable == 0


@pytest.mark.parametrize("swap", ["link", "fifo"])
def test_a_file_swapped_for_something_else_is_not_opened(tree: Path, swap: str) -> None:
    file = tree / "a"
    file.write_bytes(b"one")
    status = status_of(file.lstat())
    file.unlink()
    if swap == "link":
        file.symlink_to("/etc/passwd")
    else:
        os.mkfifo(file)
    hashed = hashing.hash_file(os.fsencode(file).replace(b"/", b"\0"), status)
    assert hashed.sha256 is None
    assert hashed.trouble
