"""Every change of a watched file is told once, with what it was and since when that was known."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.files import journal
from agent.files.attributes import values_of
from agent.files.differing import differing
from agent.files.journal import Transition
from agent.files.ledger import Ledger, open_ledger
from agent.files.record import Trouble
from agent.state import gaps
from agent.state.database import connect
from tests.agent.files.driven import DrivenClock
from tests.real.permission import as_ordinary_user


@pytest.fixture
def watched(ledger: Ledger, tree: Path) -> Path:
    """A tree with one file of each kind, watched and looked at completely."""
    (tree / "a").write_bytes(b"one")
    (tree / "folder").mkdir()
    (tree / "folder/b").write_bytes(b"two")
    (tree / "link").symlink_to("a")
    os.mkfifo(tree / "pipe")
    ledger.watch([tree])
    ledger.refresh(tree)
    return tree


def told(ledger: Ledger, after: int = 0) -> dict[str, Transition]:
    """By name; a name that is told twice is an error here."""
    found = ledger.transitions(after, 1_000)
    names = [Path(os.fsdecode((one.after or one.before).path)).name for one in found]  # type: ignore[union-attr]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def what(transition: Transition) -> tuple[str, ...]:
    assert transition.before
    assert transition.after
    return differing(transition.before, transition.after)


def test_the_first_fill_is_the_baselines_and_journals_nothing(
    ledger: Ledger, watched: Path
) -> None:
    assert told(ledger) == {}
    assert ledger.refresh(watched).hashed == 0
    assert told(ledger) == {}


def test_before_a_root_is_known_a_single_look_journals_nothing(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    ledger.watch([tree])
    ledger.look([os.fsencode(tree / "a")], lambda _: False)
    (tree / "a").write_bytes(b"two")
    ledger.look([os.fsencode(tree / "a")], lambda _: False)
    assert told(ledger) == {}


def test_added_removed_and_changed_are_told_with_both_sides(ledger: Ledger, watched: Path) -> None:
    (watched / "new").write_bytes(b"new")
    (watched / "folder/b").write_bytes(b"three")
    (watched / "a").unlink()
    ledger.refresh(watched)
    found = told(ledger)
    assert set(found) == {"new", "b", "a"}
    assert (found["new"].before, found["a"].after) == (None, None)
    assert what(found["b"])[:2] == ("content", "size")
    assert told(ledger) == found  # reading takes nothing away


# user::rw- user:65534:r-- group::r-- mask::r-- other::r--
ACCESS_LIST = bytes.fromhex(
    """02000000 01000600ffffffff 02000400feff0000 04000400ffffffff
    10000400ffffffff 20000400ffffffff"""
)
CHANGES: dict[str, Callable[[Path], object]] = {
    "mode": lambda file: file.chmod(0o640),
    "mtime": lambda file: os.utime(file, (1, 1)),
    "links": lambda file: file.with_name("second").hardlink_to(file),
    "content": lambda file: file.write_bytes(b"eno"),
    "size": lambda file: file.write_bytes(b"longer"),
    "xattr": lambda file: os.setxattr(file, b"user.comment", b"x" * 200),
    "acl": lambda file: os.setxattr(file, b"system.posix_acl_access", ACCESS_LIST),
    "type": lambda file: file.rename(file.with_name("old")).with_name("a").symlink_to("old"),
    "inode": lambda file: file.rename(file.with_name("old")).with_name("a").write_bytes(b"one"),
}


@pytest.mark.parametrize("changed", CHANGES)
def test_a_change_of_each_attribute_is_seen(ledger: Ledger, watched: Path, changed: str) -> None:
    CHANGES[changed](watched / "a")
    ledger.refresh(watched)
    assert changed in what(told(ledger)["a"])


@pytest.mark.parametrize("name", ["folder", "link", "pipe"])
def test_the_owner_of_anything_is_seen(ledger: Ledger, watched: Path, name: str) -> None:
    """As an ordinary user only one's own group is at hand, so the mode is changed instead."""
    if os.geteuid() == 0:
        os.lchown(watched / name, 1234, 1234)
        expected: tuple[str, ...] = ("uid", "gid")
    elif name == "link":
        (watched / name).unlink()
        (watched / name).symlink_to("b")
        expected = ("content",)
    else:
        (watched / name).chmod(0o700)
        expected = ("mode",)
    ledger.refresh(watched)
    assert what(told(ledger)[name]) == expected


def test_capabilities_are_seen_by_their_name(ledger: Ledger, watched: Path) -> None:
    """Only root may set them; for others the same bytes under another name are an xattr."""
    name = b"security.capability" if os.geteuid() == 0 else b"user.capability"
    os.setxattr(watched / "a", name, bytes.fromhex("01000002002000000000000000000000") + bytes(4))
    ledger.refresh(watched)
    (transition,) = told(ledger).values()
    assert transition.after
    assert list(values_of(transition.after.attributes)) == [name]
    assert ("capability" if os.geteuid() == 0 else "xattr") in what(transition)


def test_a_folders_own_times_are_no_news(ledger: Ledger, watched: Path) -> None:
    (watched / "folder/c").write_bytes(b"c")
    ledger.refresh(watched)
    assert set(told(ledger)) == {"c"}


def test_class_of_content_and_its_loss_are_recorded(ledger: Ledger, watched: Path) -> None:
    file = watched / "a"
    file.write_bytes(b"%PDF-1.7\n" + bytes(100))
    ledger.refresh(watched)
    last = ledger.transitions(0, 10)[-1].number
    file.write_bytes(os.urandom(4096))
    ledger.refresh(watched)
    (transition,) = told(ledger, last).values()
    assert transition.before
    assert transition.after
    assert (transition.before.content, transition.after.content) == ("pdf", "random")


def test_a_root_that_is_watched_later_begins_with_its_own_first_look(
    ledger: Ledger, watched: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").write_bytes(b"x")
    ledger.refresh(other)  # as a backup does
    (other / "x").write_bytes(b"xx")
    ledger.watch([watched, other])
    ledger.refresh(other)
    assert told(ledger) == {}
    (other / "x").write_bytes(b"xxx")
    (watched / "a").write_bytes(b"xxx")
    ledger.refresh(other)
    ledger.refresh(watched)
    assert set(told(ledger)) == {"x", "a"}


def test_what_is_watched_no_more_is_journaled_no_more(ledger: Ledger, watched: Path) -> None:
    ledger.watch([])
    (watched / "a").write_bytes(b"other")
    ledger.refresh(watched)
    assert told(ledger) == {}


def test_a_backup_of_a_larger_folder_journals_too(ledger: Ledger, watched: Path) -> None:
    (watched / "a").write_bytes(b"other")
    ledger.refresh(watched.parent)
    assert set(told(ledger)) == {"a"}
    ledger.refresh(watched)
    assert set(told(ledger)) == {"a"}


def test_a_larger_look_completes_a_root_inside_it(ledger: Ledger, tree: Path) -> None:
    (tree / "a").write_bytes(b"one")
    ledger.watch([tree])
    ledger.refresh(tree.parent)
    (tree / "a").write_bytes(b"two")
    ledger.refresh(tree)
    assert set(told(ledger)) == {"a"}


def test_a_path_that_appears_later_is_told(ledger: Ledger, tree: Path) -> None:
    ledger.watch([tree / "share"])
    ledger.refresh(tree / "share")
    (tree / "share").mkdir()
    (tree / "share/a").write_bytes(b"one")
    ledger.refresh(tree / "share")
    assert set(told(ledger)) == {"share", "a"}


def test_the_former_state_held_until_the_last_look_began(ledger: Ledger, watched: Path) -> None:
    before = time.time_ns()
    ledger.refresh(watched)
    between = time.time_ns()
    (watched / "a").write_bytes(b"other")
    ledger.refresh(watched)
    (transition,) = told(ledger).values()
    assert before - 2_000 <= transition.since_at_ns <= between  # a float holds no nanoseconds
    assert between - 2_000 <= transition.seen_at_ns <= time.time_ns()


def test_a_single_look_is_when_the_next_state_began_to_hold(ledger: Ledger, watched: Path) -> None:
    file = watched / "a"
    file.write_bytes(b"other")
    ledger.look([os.fsencode(file)], lambda _: False)
    (first,) = told(ledger).values()
    file.write_bytes(b"and another")
    ledger.refresh(watched)
    (second,) = told(ledger, first.number).values()
    assert second.since_at_ns == first.seen_at_ns


def test_what_is_forgotten_is_gone_and_numbers_go_on(ledger: Ledger, watched: Path) -> None:
    (watched / "a").write_bytes(b"other")
    ledger.refresh(watched)
    (first,) = ledger.transitions(0, 10)
    ledger.forget_transitions(first.number)
    assert ledger.transitions(0, 10) == ()
    (watched / "a").write_bytes(b"one more")
    ledger.refresh(watched)
    (second,) = ledger.transitions(0, 10)
    assert second.number > first.number


def test_a_ledger_made_anew_goes_on_with_higher_numbers(
    home: Home, tree: Path, ledger: Ledger
) -> None:
    (tree / "a").write_bytes(b"one")
    ledger.watch([tree])
    ledger.refresh(tree)
    (tree / "a").unlink()
    ledger.refresh(tree)
    (old,) = ledger.transitions(0, 10)
    ledger.close()
    home.database("ledger").unlink()
    with open_ledger(home, SystemClock()) as anew:
        connection = connect(home.database("ledger"))
        connection.execute("UPDATE sqlite_sequence SET seq = seq + (1 << 20)")  # a second later
        connection.close()
        anew.watch([tree])
        anew.refresh(tree)
        (tree / "b").write_bytes(b"two")
        anew.refresh(tree)
        assert anew.transitions(old.number, 10)


def test_a_file_that_may_be_read_no_more_is_told_once(
    ledger: Ledger, watched: Path, tmp_path: Path
) -> None:
    (watched / "a").chmod(0)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        ledger.refresh(watched)
        ledger.refresh(watched)
    (transition,) = told(ledger).values()
    assert transition.after
    assert transition.after.trouble == Trouble.DENIED
    (watched / "a").chmod(0o644)


def test_a_closed_folder_is_told_and_not_all_that_is_in_it(
    ledger: Ledger, watched: Path, tmp_path: Path
) -> None:
    (watched / "folder").chmod(0)
    with as_ordinary_user(tmp_path, tmp_path / "home"):
        ledger.refresh(watched)
    assert set(told(ledger)) == {"folder"}
    last = ledger.transitions(0, 10)[-1].number
    (watched / "folder").chmod(0o755)
    (watched / "folder/b").write_bytes(b"changed while it was closed")
    ledger.refresh(watched)
    assert set(told(ledger, last)) == {"folder", "b"}


def test_content_changed_below_the_filesystem_is_found_by_reading_again(
    home: Home, tree: Path
) -> None:
    """Nobody can set a ctime back here, so the ledger's memory of the old content is changed."""
    clock = DrivenClock()
    (tree / "a").write_bytes(b"one")
    (tree / "b").write_bytes(b"two")
    with open_ledger(home, clock) as ledger:
        ledger.watch([tree])
        ledger.refresh(tree)
        hashed_at = int(clock.now().timestamp())
        forge(home, b"sha256 = zeroblob(32)", tree / "a")
        clock.pass_by(timedelta(days=1))
        assert ledger.refresh(tree).hashed == 0
        assert told(ledger) == {}
        clock.pass_by(timedelta(days=29))
        assert ledger.refresh(tree, reread_within=timedelta(days=30)).hashed == 2
        (transition,) = told(ledger).values()
        assert what(transition) == ("content",)
        assert transition.since_at_ns == hashed_at * 1_000_000_000
        b = ledger.record(tree / "b")
        assert b
        assert b.hashed_at == int(clock.now().timestamp())
        assert ledger.refresh(tree, reread_within=timedelta(days=30)).hashed == 0


def forge(home: Home, change: bytes, path: Path) -> None:
    key = os.fsencode(path).replace(b"/", b"\0")
    connection = connect(home.database("ledger"))
    assert connection.execute(
        f"UPDATE files SET {change.decode()} WHERE key = ?",  # noqa: S608 - the test's own
        (key,),
    ).rowcount
    connection.close()


def test_records_from_before_attributes_were_kept_get_them_without_a_word(
    home: Home, ledger: Ledger, watched: Path
) -> None:
    os.setxattr(watched / "a", b"user.comment", b"old")
    ledger.refresh(watched)
    last = ledger.transitions(0, 10)[-1].number
    connection = connect(home.database("ledger"))
    connection.execute("UPDATE files SET attributes = X'', content = ''")
    connection.close()
    assert ledger.refresh(watched).hashed == 0
    assert told(ledger, last) == {}
    record = ledger.record(watched / "a")
    assert record
    assert values_of(record.attributes) == {b"user.comment": b"=old"}
    folder = ledger.record(watched / "folder")
    assert folder
    assert folder.attributes is None


def test_where_nobody_takes_them_the_journal_does_not_grow_for_ever(
    ledger: Ledger, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "KEPT", 5)
    for number in range(12):
        (watched / "a").write_bytes(b"%d" % number * (number + 2))
        ledger.refresh(watched)
    assert len(ledger.transitions(0, 100)) == 12  # of this week: whoever begins to watch takes them
    monkeypatch.setattr(journal, "KEPT_FOR_NS", -(10**12))  # all of them are old now
    ledger.refresh(watched)
    kept = ledger.transitions(0, 100)
    assert len(kept) == 5
    assert not journal.follows(kept[0].number, kept[0].number - 3)


def test_what_was_forgotten_is_told(
    ledger: Ledger, watched: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "KEPT", 2)
    monkeypatch.setattr(journal, "MOST", 3)
    for number in range(3):
        (watched / "a").write_bytes(b"x" * (number + 9))
        ledger.refresh(watched)
    assert gaps.waiting(home) == ()
    for number in range(4):
        (watched / "a").write_bytes(b"y" * (number + 9))
        ledger.refresh(watched)
    assert {(gap.purpose, gap.reason) for gap in gaps.waiting(home)} == {("journal", "forgotten")}
    assert len(ledger.transitions(0, 100)) == 3


def test_transitions_follow_each_other_but_for_what_was_forgotten() -> None:
    assert journal.follows(5, 4)
    assert journal.follows(7_000_123, 0)  # nobody ever took one
    assert journal.follows((1 << 30) + 1, 4)  # a ledger that was made anew
    assert not journal.follows(6, 4)
