"""A look at single paths sees them as a refresh would, and waits for nobody."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.files import later, nearby
from agent.files.errors import LedgerWriteError
from agent.files.later import Later
from agent.files.ledger import Ledger
from agent.files.record import Trouble
from tests.agent.files.driven import DrivenClock


def nothing(_path: bytes) -> bool:
    return False


@pytest.fixture
def watched(ledger: Ledger, tree: Path) -> Path:
    (tree / "a").write_bytes(b"one")
    (tree / "folder/deep").mkdir(parents=True)
    (tree / "folder/deep/b").write_bytes(b"two")
    ledger.watch([tree])
    ledger.refresh(tree)
    return tree


def look(ledger: Ledger, *paths: Path, ignore_of: Callable[[bytes], bool] = nothing) -> set[str]:
    """The names that were told by this look."""
    last = max((one.number for one in ledger.transitions(0, 1_000)), default=0)
    ledger.look(map(os.fsencode, paths), ignore_of)
    ledger.finish()
    return {
        Path(os.fsdecode((one.after or one.before).path)).name  # type: ignore[union-attr]
        for one in ledger.transitions(last, 1_000)
    }


def same_as_refreshed(ledger: Ledger, tree: Path) -> None:
    seen = list(ledger.entries(tree))
    ledger.refresh(tree)
    assert [one.path for one in seen] == [one.path for one in ledger.entries(tree)]
    assert [one.sha256 for one in seen] == [one.sha256 for one in ledger.entries(tree)]


def test_a_changed_file_is_hashed_and_told(ledger: Ledger, watched: Path) -> None:
    (watched / "a").write_bytes(b"other")
    assert look(ledger, watched / "a") == {"a"}
    assert look(ledger, watched / "a") == set()


def test_what_is_gone_is_forgotten_with_all_that_was_in_it(ledger: Ledger, watched: Path) -> None:
    (watched / "folder").rename(watched.parent / "away")
    assert look(ledger, watched / "folder") == {"folder", "deep", "b"}
    same_as_refreshed(ledger, watched)


def test_a_tree_that_was_moved_in_is_entered(ledger: Ledger, watched: Path) -> None:
    new = watched.parent / "new"
    (new / "x/y").mkdir(parents=True)
    for number in range(300):  # more than are hashed in this process
        (new / f"x/y/{number}").write_bytes(b"%d" % number)
    new.rename(watched / "new")
    assert len(look(ledger, watched / "new", watched / "new/x")) == 303
    same_as_refreshed(ledger, watched)


def test_a_folder_that_is_another_one_now_is_entered(ledger: Ledger, watched: Path) -> None:
    (watched / "folder").rename(watched.parent / "away")
    (watched / "folder").mkdir()
    (watched / "folder/c").write_bytes(b"c")
    assert look(ledger, watched / "folder") >= {"deep", "b", "c"}
    same_as_refreshed(ledger, watched)


def test_a_known_folder_alone_is_looked_at_alone(ledger: Ledger, watched: Path) -> None:
    (watched / "folder").chmod(0o700)
    (watched / "folder/c").write_bytes(b"c")
    assert look(ledger, watched / "folder") == {"folder"}


def test_a_folder_replaced_by_a_file_takes_its_inside_along(ledger: Ledger, watched: Path) -> None:
    (watched / "folder").rename(watched.parent / "away")
    (watched / "folder").write_bytes(b"now a file")
    assert look(ledger, watched / "folder") == {"folder", "deep", "b"}
    same_as_refreshed(ledger, watched)


def test_a_file_replaced_by_a_folder_is_entered(ledger: Ledger, watched: Path) -> None:
    (watched / "a").unlink()
    (watched / "a").mkdir()
    (watched / "a/c").write_bytes(b"c")
    assert look(ledger, watched / "a") == {"a", "c"}
    same_as_refreshed(ledger, watched)


def test_nothing_is_seen_through_a_link_on_the_way(
    ledger: Ledger, watched: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "deep").write_bytes(b"secret")
    (watched / "folder").rename(watched.parent / "away")
    (watched / "folder").symlink_to(outside)
    assert look(ledger, watched / "folder/deep") == {"deep", "b"}
    assert ledger.record(watched / "folder/deep") is None
    look(ledger, watched / "folder")
    same_as_refreshed(ledger, watched)


def test_ignored_paths_are_not_looked_at(ledger: Ledger, watched: Path) -> None:
    (watched / "~$a").write_bytes(b"x")
    (watched / "new").mkdir()
    (watched / "new/~$b").write_bytes(b"x")
    (watched / "new/c").write_bytes(b"x")
    paths = (watched / "~$a", watched / "new")
    assert look(ledger, *paths, ignore_of=lambda path: b"~$" in path) == {"new", "c"}


def test_a_new_folder_that_is_left_out_alone_is_entered(ledger: Ledger, watched: Path) -> None:
    """`only: ["*.conf"]` leaves the folder out, and not what lies in it."""
    (watched / "new").mkdir()
    (watched / "new/a.conf").write_bytes(b"x")
    (watched / "new/a.log").write_bytes(b"x")
    names = look(ledger, watched / "new", ignore_of=lambda path: not path.endswith(b".conf"))
    assert "a.conf" in names
    assert "a.log" not in names


def test_names_of_any_bytes_are_looked_at(ledger: Ledger, watched: Path) -> None:
    name = os.fsencode(watched) + b"/\xff\n\x01"
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    ledger.look([name], nothing)
    assert ledger.record(name)


def test_a_large_file_is_read_beside_and_told_later(
    ledger: Ledger, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "LARGE_BYTES", 1_000_000)
    (watched / "large").write_bytes(bytes(3_000_000))
    (watched / "small").write_bytes(b"x")
    paths = [os.fsencode(watched / name) for name in ("large", "small")]
    looked = ledger.look(paths, nothing)
    assert (looked.hashed, looked.later) == (1, 1)
    ledger.finish()
    last = ledger.transitions(0, 10)[-1]
    assert last.after
    assert last.after.path == paths[0]
    assert ledger.look([], nothing).later == 0
    same_as_refreshed(ledger, watched)


def test_closing_stops_a_long_reading(
    ledger: Ledger, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "LARGE_BYTES", 1_000_000)
    monkeypatch.setattr(later, "_STOP_S", 5.0)
    with (watched / "huge").open("wb") as stream:
        stream.truncate(1 << 40)
    assert ledger.look([os.fsencode(watched / "huge")], nothing).later == 1
    ledger.close()
    assert not [one for one in threading.enumerate() if one.name == "large files"]


def test_a_file_that_was_just_read_for_long_is_read_again_after_a_rest() -> None:
    clock, read = DrivenClock(), list[bytes]()

    def reading(key: bytes, _pulse: Callable[[], None]) -> None:
        read.append(key)
        clock.sleep(10.0)

    waiting = Later(reading, clock)
    waiting.add(b"disk image")
    waiting.finish()
    waiting.add(b"disk image")
    assert waiting.pending() == 1
    waiting.add(b"other")
    while b"other" not in read:
        waiting.pending()
    assert read == [b"disk image", b"other"]
    waiting.finish()  # who waits for it does not wait for the rest
    assert read == [b"disk image", b"other", b"disk image"]
    waiting.close()


def test_what_could_not_be_stored_is_told_and_tried_again() -> None:
    failures = [LedgerWriteError(reason="disk full")]

    def reading(_key: bytes, _pulse: Callable[[], None]) -> None:
        if failures:
            raise failures.pop()

    waiting = Later(reading, DrivenClock())
    waiting.add(b"large")
    with pytest.raises(LedgerWriteError):
        waiting.finish()
    assert waiting.pending() == 1
    waiting.finish()
    assert waiting.pending() == 0
    waiting.close()


def test_a_mount_below_a_watched_path_is_not_entered(ledger: Ledger) -> None:
    """/proc lies on another filesystem than /, in which it is a folder."""
    ledger.look([b"/proc"], nothing)
    record = ledger.record(b"/proc")
    assert record
    assert record.trouble == Trouble.OTHER_FILESYSTEM
    assert ledger.record(b"/proc/self") is None
