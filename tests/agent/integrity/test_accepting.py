"""What becomes the baseline: the chosen changes, and not what nobody could see."""

from msgspec.structs import replace

from agent.files.record import FileRecord, Trouble
from agent.integrity.accepting import accepted, chosen_by
from agent.integrity.change import Change, Kind, Unseen
from agent.integrity.compare import compare
from agent.integrity.wishes import EVERYTHING, Part
from tests.agent.integrity.events.made import record

ALL = chosen_by(EVERYTHING, (), ())
CLOSED = 0o040755


def after_approval(
    approved: list[FileRecord], present: list[FileRecord], part: Part = EVERYTHING
) -> list[FileRecord]:
    found = list(compare(approved, present))
    chosen = chosen_by(part, [one for one in found if isinstance(one, Change)], ())
    return list(accepted(approved, found, chosen))


def test_added_changed_and_removed_ones_are_as_they_are_now_in_order() -> None:
    a, b, c, d = (record(b"/r/" + name) for name in (b"a", b"b", b"c", b"d"))
    new = replace(b, sha256=b"\2" * 32)
    assert after_approval([a, b, c], [a, new, d]) == [a, new, d]
    assert after_approval([], [a, b]) == [a, b]
    assert after_approval([a, b], []) == []


def test_what_is_not_named_stays_as_it_was_approved() -> None:
    a, b, c = (record(b"/r/" + name) for name in (b"a", b"b", b"c"))
    changed = [replace(one, sha256=b"\2" * 32) for one in (a, b)]
    assert after_approval([a, b, c], changed, Part((b"/r/b",))) == [a, changed[1], c]


def test_a_name_that_only_begins_alike_is_not_meant() -> None:
    a, b = record(b"/r/ab"), record(b"/r/a")
    changed = [replace(one, sha256=b"\2" * 32) for one in (b, a)]
    assert after_approval([b, a], changed, Part((b"/r/a/",))) == [changed[0], a]


def test_a_content_that_cannot_be_read_now_is_still_the_approved_one() -> None:
    """Else whoever closes a file for a while would have its next content approved unseen."""
    before = record(b"/r/a")
    closed = replace(before, mode=0o100000, sha256=None, trouble=Trouble.DENIED)
    (now,) = after_approval([before], [closed])
    assert (now.mode, now.sha256, now.trouble) == (0o100000, before.sha256, "")


def test_a_content_that_is_another_and_cannot_be_read_is_not_called_the_old_one() -> None:
    before = record(b"/r/a")
    closed = replace(before, size=9, sha256=None, trouble=Trouble.DENIED)
    assert after_approval([before], [closed]) == [closed]


def test_what_lies_in_a_closed_folder_stays_approved() -> None:
    folder = replace(record(b"/r"), mode=CLOSED, sha256=None)
    inside = record(b"/r/a")
    closed = replace(folder, trouble=Trouble.DENIED)
    found = list(compare([folder, inside], [closed]))
    assert Unseen(b"/r/a", Trouble.UNLISTED) in found
    assert list(accepted([folder, inside], found, ALL)) == [folder, inside]


def test_of_a_moved_file_either_name_means_both() -> None:
    old, new = record(b"/r/old"), record(b"/r/new")
    shown = [Change(Kind.RENAMED, old, new)]
    for name in (b"/r/old", b"/r/new"):
        chosen = chosen_by(Part((name,)), shown, ())
        assert list(accepted([old], compare([old], [new]), chosen)) == [new]
