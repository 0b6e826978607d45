"""What only moved is told as renamed; whoever replays what is told holds what is there."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind
from agent.integrity.renames import join_renames
from tests.agent.integrity.noise.making import FOLDER, record


def at(path: str, inode: int = 7, **fields: int) -> FileRecord:
    return record(path, b"content", inode=inode, **fields)


def came(path: str, inode: int = 7, **fields: int) -> Change:
    return Change(Kind.ADDED, None, at(path, inode, **fields))


def went(path: str, inode: int = 7, **fields: int) -> Change:
    return Change(Kind.REMOVED, at(path, inode, **fields), None)


def told(*changes: Change) -> list[tuple[Kind, str, str]]:
    return [
        (one.kind, (one.old_path or b"").decode(), one.path.decode())
        for one in join_renames(changes)
    ]


def test_what_went_and_came_under_another_name_was_renamed() -> None:
    renamed = [(Kind.RENAMED, "/a", "/b")]
    assert told(went("/a"), came("/b")) == renamed
    assert told(came("/b"), went("/a")) == renamed


def test_what_came_and_went_was_not_renamed_to_itself() -> None:
    assert told(came("/a"), went("/a")) == [(Kind.ADDED, "", "/a"), (Kind.REMOVED, "", "/a")]
    assert told(went("/a"), came("/a")) == [(Kind.REMOVED, "", "/a"), (Kind.ADDED, "", "/a")]


def test_renamed_twice_is_two_steps() -> None:
    assert told(went("/a"), came("/b"), went("/b"), came("/c")) == [
        (Kind.RENAMED, "/a", "/b"),
        (Kind.RENAMED, "/b", "/c"),
    ]


def test_an_inode_that_was_given_away_again_with_equal_content_is_another_file() -> None:
    assert told(went("/a", mtime_ns=1), came("/b", mtime_ns=2)) == [
        (Kind.REMOVED, "", "/a"),
        (Kind.ADDED, "", "/b"),
    ]


def test_a_folder_that_moved_may_have_another_time() -> None:
    gone, new = at("/a"), at("/b")
    folder = {"mode": FOLDER, "sha256": None}
    before = replace(gone, **folder, mtime_ns=1)
    after = replace(new, **folder, mtime_ns=2)
    changes = (Change(Kind.REMOVED, before, None), Change(Kind.ADDED, None, after))
    assert told(*changes) == [(Kind.RENAMED, "/a", "/b")]


def held(changes: Sequence[Change], present: set[bytes]) -> set[bytes]:
    """What somebody believes to be there who hears of these changes one after the other."""
    there = set(present)
    for change in changes:
        if change.kind is Kind.REMOVED:
            there.discard(change.path)
        else:
            there -= {change.old_path or change.path}
            there.add(change.path)
    return there


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([7, 8])), max_size=12))
def test_whatever_comes_and_goes_what_is_told_leads_to_what_is_there(
    turns: list[tuple[str, int]],
) -> None:
    present: dict[str, int] = {"/a": 7}
    changes = []
    for name, inode in turns:
        path = f"/{name}"
        if path in present:
            changes.append(went(path, present.pop(path)))
        else:
            present[path] = inode
            changes.append(came(path, inode))
    assert held(join_renames(changes), {b"/a"}) == {path.encode() for path in present}
