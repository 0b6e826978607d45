"""The comparison alone: it loses no side, and a rename is no more than that."""

from hypothesis import given
from hypothesis import strategies as st

from agent.files.names import key_of
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.compare import compare
from agent.integrity.findings import gather

NAMES = st.binary(min_size=1, max_size=3).filter(
    lambda name: b"/" not in name and b"\0" not in name
)
FOLDER = st.dictionaries(NAMES, st.integers(0, 2), max_size=8)


def records(folder: dict[bytes, int], inodes: dict[bytes, int]) -> list[FileRecord]:
    found = [
        FileRecord(
            path=b"/" + name,
            mode=0o100644,
            uid=0,
            gid=0,
            size=1,
            mtime_ns=0,
            ctime_ns=0,
            inode=inodes[name],
            device=1,
            links=1,
            sha256=bytes([content]) * 32,
            hashed_at=0,
            trouble="",
        )
        for name, content in folder.items()
    ]
    return sorted(found, key=lambda record: key_of(record.path))


@given(FOLDER, FOLDER)
def test_exactly_the_differences_of_two_folders_are_told(
    before: dict[bytes, int], after: dict[bytes, int]
) -> None:
    inodes = {name: number for number, name in enumerate(sorted({*before, *after}))}
    both = before.keys() & after.keys()
    told = {
        (finding.kind, finding.path[1:])
        for finding in compare(records(before, inodes), records(after, inodes))
        if isinstance(finding, Change)
    }
    assert told == {
        *((Kind.ADDED, name) for name in after.keys() - before.keys()),
        *((Kind.REMOVED, name) for name in before.keys() - after.keys()),
        *((Kind.MODIFIED, name) for name in both if before[name] != after[name]),
    }


@given(FOLDER, FOLDER)
def test_counts_are_those_of_the_list(before: dict[bytes, int], after: dict[bytes, int]) -> None:
    inodes = {name: sum(name) % 4 for name in {*before, *after}}
    found = gather(compare(records(before, inodes), records(after, inodes)), "p")
    for kind in Kind:
        assert found.counts[kind] == sum(change.kind is kind for change in found.changes)


def test_a_reused_inode_with_other_content_is_no_rename() -> None:
    found = gather(compare(records({b"a": 0}, {b"a": 7}), records({b"b": 1}, {b"b": 7})), "p")
    assert [change.kind for change in found.changes] == [Kind.REMOVED, Kind.ADDED]


def test_the_review_code_belongs_to_its_changes_and_its_baseline() -> None:
    inodes = {b"a": 1, b"b": 2}
    empty: list[FileRecord] = []
    one = gather(compare(empty, records({b"a": 0}, inodes)), "p1").review
    assert one == gather(compare(empty, records({b"a": 0}, inodes)), "p1").review
    assert one != gather(compare(empty, records({b"a": 1}, inodes)), "p1").review
    assert one != gather(compare(empty, records({b"a": 0}, inodes)), "p2").review
