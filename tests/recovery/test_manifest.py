"""The commitment: exact bytes, order, membership, and a file that reads back."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.errors import ManifestError
from recovery.manifest import (
    Commitment,
    Entry,
    commit,
    leaf,
    leaves,
    membership_paths,
    new_manifest_id,
    salt,
)
from recovery.manifest_file import entry_line, header_line, parse_entries, parse_header
from wire.merkle import ProofError, root, verify_inclusion

KEY = b"k" * 32
ID = "0" * 32


def entry(path: bytes, content: bytes = b"") -> Entry:
    return Entry(path, len(content), sha256(content).digest())


def test_a_leaf_is_what_the_reference_writes_down() -> None:
    file = entry(b"/srv/share/a.txt", b"hello")
    by_hand = hmac.new(KEY, ID.encode() + b"|7", sha256).digest()
    expected = sha256(
        b"\x00"
        + by_hand
        + sha256(b"/srv/share/a.txt").digest()
        + (5).to_bytes(8, "big")
        + sha256(b"hello").digest()
    ).digest()
    assert salt(KEY, ID, 7) == by_hand
    assert leaf(file, salt(KEY, ID, 7)) == expected


def test_a_new_id_comes_from_the_entropy_that_is_given() -> None:
    give: Callable[[int], bytes] = lambda size: b"\xab" * size  # noqa: E731
    assert new_manifest_id(give) == "ab" * 16


def test_a_commitment_counts_leaves_and_bytes_under_the_root() -> None:
    files = [entry(b"/a", b"1"), entry(b"/b", b"22"), entry(b"/c")]
    made = commit(files, KEY, ID)
    assert (made.leaves, made.bytes, made.manifest_id) == (3, 3, ID)
    assert made.root == root(leaves(files, KEY, ID))


@pytest.mark.parametrize(
    "other",
    [
        [entry(b"/a", b"2"), entry(b"/b", b"22")],
        [entry(b"/z", b"1"), entry(b"/b", b"22")],
        [entry(b"/a", b"1")],
        [entry(b"/b", b"22"), entry(b"/a", b"1")],
        [Entry(b"/a", 2, sha256(b"1").digest()), entry(b"/b", b"22")],
    ],
)
def test_any_other_content_name_size_or_order_has_another_root(other: list[Entry]) -> None:
    files = [entry(b"/a", b"1"), entry(b"/b", b"22")]
    assert commit(other, KEY, ID).root != commit(files, KEY, ID).root


def test_equal_files_under_another_id_or_key_have_other_leaves() -> None:
    file = [entry(b"/a", b"1")]
    roots = {commit(file, KEY, ID).root, commit(file, KEY, "1" * 32).root}
    assert len(roots | {commit(file, b"x" * 32, ID).root}) == 3


@given(st.integers(1, 130), st.data())
def test_every_proved_member_belongs_and_no_other_does(size: int, data: st.DataObject) -> None:
    hashes = [sha256(b"%d" % number).digest() for number in range(size)]
    indexes = data.draw(st.lists(st.integers(0, size - 1), max_size=5, unique=True))
    top = root(hashes)
    paths = membership_paths(iter(hashes), size, indexes)
    assert set(paths) == set(indexes)
    for index, path in paths.items():
        verify_inclusion(hashes[index], index, size, path, top)
        with pytest.raises(ProofError):
            verify_inclusion(sha256(b"forged").digest(), index, size, path, top)


def test_a_leaf_outside_the_tree_cannot_be_proved() -> None:
    with pytest.raises(ProofError):
        membership_paths([b"0" * 32], 1, [1])


PATHS = st.binary(min_size=1, max_size=20).filter(lambda path: b"\0" not in path)


def as_walked(paths: list[bytes]) -> list[bytes]:
    return sorted(paths, key=lambda path: path.split(b"/"))


@given(st.lists(PATHS, unique=True, max_size=8).map(as_walked), st.integers(0, 2**63 - 1))
def test_what_is_written_reads_back(paths: list[bytes], size: int) -> None:
    files = [Entry(path, size, sha256(path).digest()) for path in paths]
    made = commit(files, KEY, ID)
    assert parse_header(header_line(replace(made, bytes=size))) == replace(made, bytes=size)
    assert list(parse_entries(entry_line(file) for file in files)) == files


@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_a_manifest_error(raw: bytes) -> None:
    try:
        known = isinstance(parse_header(raw), Commitment)
    except ManifestError as error:
        known = error.parameters["line"] == 1
    assert known


LINE = b"%s 5 %s\n"


@given(st.binary(max_size=100) | PATHS.map(lambda path: LINE % (b"0" * 64, path)))
def test_any_bytes_are_an_entry_or_a_manifest_error(raw: bytes) -> None:
    try:
        found = len(list(parse_entries([raw])))
    except ManifestError as error:
        found = int(error.parameters["line"] == 2)
    assert found == 1


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ([entry_line(entry(b"/b")), entry_line(entry(b"/a"))], 3, "out of order"),
        ([entry_line(entry(b"/a")), entry_line(entry(b"/a"))], 3, "out of order"),
        ([b"0" * 64 + b" 9223372036854775808 /a\n"], 2, "too large"),
        ([b"0" * 64 + b" 1 /a\\x\n"], 2, "expected"),
    ],
)
def test_a_fault_names_its_line(lines: list[bytes], line: int, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason) as caught:
        list(parse_entries(lines))
    assert caught.value.parameters["line"] == line
