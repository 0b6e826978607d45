"""The parts of a drill that need no repository."""

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from agent.backup import companion_files
from agent.backup.companion_files import About
from agent.backup.naming import companion_tags, data_tags
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.drills import companion, compare, ground, scratch, spot
from agent.drills.errors import StoppedDrillError
from agent.drills.ground import Ground
from agent.drills.locate import newest_point
from agent.drills.phases import Stopwatch
from agent.files import restored
from agent.restic.door import Restic
from agent.restic.environment import Repository, Workplace
from agent.restic.output import Snapshot
from recovery.manifest import Entry
from wire.verdicts import Cause

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
MANIFEST_ID = "ab" * 16


def _snapshot(name: str, at: datetime, tags: tuple[str, ...], tree: str = "t") -> Snapshot:
    return Snapshot(id=name, tree=tree, time=at, tags=tags)


def _companion_of(tree: str, at: datetime = NOON) -> Snapshot:
    return _snapshot(f"companion-{tree}", at, companion_tags("share", tree, MANIFEST_ID), "c")


def _point(listed: list[Snapshot], known: tuple[str, ...] = ()) -> str:
    return newest_point(listed, "share", NOON, site="b", known=known).data.id


def test_the_newest_snapshot_of_the_dataset_counts() -> None:
    listed = [
        _snapshot("old", NOON - timedelta(days=1), data_tags("share")),
        _snapshot("new", NOON - timedelta(hours=1), data_tags("share")),
        _snapshot("other", NOON, data_tags("his")),
        _companion_of("t"),
    ]
    assert _point(listed) == "new"


def test_a_snapshot_of_the_future_is_passed_over() -> None:
    listed = [
        _snapshot("real", NOON - timedelta(days=1), data_tags("share")),
        _snapshot("of 2030", NOON.replace(year=2030), data_tags("share")),
        _companion_of("t"),
    ]
    assert _point(listed) == "real"


def test_a_snapshot_that_we_never_read_back_is_passed_over_while_a_known_one_is_there() -> None:
    listed = [
        _snapshot("known", NOON - timedelta(days=1), data_tags("share")),
        _snapshot("strange", NOON, data_tags("share")),
        _companion_of("t"),
    ]
    assert _point(listed, known=("known",)) == "known"
    assert _point(listed, known=("lost",)) == "strange"


def test_a_companion_of_another_tree_does_not_serve() -> None:
    listed = [_snapshot("one", NOON, data_tags("share"), tree="mine"), _companion_of("other")]
    with pytest.raises(StoppedDrillError) as caught:
        _point(listed)
    assert caught.value.cause is Cause.NO_MANIFEST


def test_no_snapshot_is_said() -> None:
    with pytest.raises(StoppedDrillError) as caught:
        _point([_companion_of("t")])
    assert caught.value.cause is Cause.NO_SNAPSHOT


def _entry(path: str, content: bytes) -> Entry:
    return Entry(path.encode(), len(content), sha256(content).digest())


def _held(folder: Path, entries: list[Entry]) -> companion.Held:
    folder.mkdir()
    salt_key = companion_files.salt_key_of(b"k" * 32, MANIFEST_ID)
    companion_files.write_manifest(folder / "manifest", entries, salt_key, MANIFEST_ID)
    companion_files.write_salts(folder / "salts", salt_key, MANIFEST_ID)
    companion_files.write_about(
        folder / "about.json", About(MANIFEST_ID, "share", "t", "s", NOON, 0)
    )
    return companion.read(folder, "b")


ENTRIES = [_entry("/a", b"1"), _entry("/b", b"22"), _entry("/c", b"333")]


def test_the_companion_is_read_as_it_was_written(tmp_path: Path) -> None:
    held = _held(tmp_path / "companion", ENTRIES)
    companion.demand_root(held)
    assert list(held.entries()) == ENTRIES
    assert dict(companion.pick(held, (0, 2))) == {0: ENTRIES[0], 2: ENTRIES[2]}
    assert "k" * 8 not in repr(held)


@pytest.mark.parametrize("name", ["manifest", "salts", "about.json"])
def test_a_missing_file_of_the_companion_is_no_manifest(tmp_path: Path, name: str) -> None:
    _held(tmp_path / "companion", ENTRIES)
    (tmp_path / "companion" / name).unlink()
    with pytest.raises(StoppedDrillError) as caught:
        companion.read(tmp_path / "companion", "b")
    assert caught.value.cause is Cause.NO_MANIFEST


@pytest.mark.parametrize("name", ["manifest", "salts", "about.json"])
def test_a_broken_file_of_the_companion_is_told(tmp_path: Path, name: str) -> None:
    _held(tmp_path / "companion", ENTRIES)
    (tmp_path / "companion" / name).write_bytes(b"something else\n")
    with pytest.raises(StoppedDrillError) as caught:
        companion.read(tmp_path / "companion", "b")
    assert caught.value.cause is Cause.CONTENT_DIFFERS


@pytest.mark.parametrize("change", [b"/b\n", b"/c\n"])
def test_entries_that_do_not_give_the_root_are_refused(tmp_path: Path, change: bytes) -> None:
    held = _held(tmp_path / "companion", ENTRIES)
    held.manifest.write_bytes(held.manifest.read_bytes().replace(change, change[:1] + b"zz\n"))
    with pytest.raises(StoppedDrillError):
        companion.demand_root(held)


def _tree(folder: Path) -> Path:
    folder.mkdir()
    for entry, content in zip(ENTRIES, (b"1", b"22", b"333"), strict=True):
        (folder / entry.path.decode().lstrip("/")).write_bytes(content)
    return folder


def test_an_equal_tree_compares_equal(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "tree")
    assert compare.compare_all(tree, ENTRIES) == compare.Comparison(3, 3, 6, 0)
    assert compare.count_files(tree) == 3


def test_each_difference_is_counted(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "tree")
    (tree / "a").unlink()
    (tree / "b").write_bytes(b"2x")
    (tree / "extra").write_bytes(b"")
    assert compare.compare_all(tree, ENTRIES) == compare.Comparison(2, 1, 5, 2)
    assert compare.count_files(tree) == 3


def test_a_link_or_a_pipe_in_a_files_place_is_a_mismatch(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "tree")
    for name in ("a", "b", "c"):
        (tree / name).rename(tree / f"real-{name}")
    (tree / "a").symlink_to("real-a")
    os.mkfifo(tree / "b")
    (tree / "c").mkdir()
    assert compare.compare_all(tree, ENTRIES).mismatches == 3


def test_a_path_that_climbs_out_is_not_followed(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "tree")
    (tmp_path / "outside").write_bytes(b"1")
    assert restored.read_restored(tree, b"/../outside") is None


def test_a_file_closed_to_its_owner_is_read_all_the_same(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "tree")
    (tree / "a").chmod(0)
    assert compare.compare_all(tree, ENTRIES).mismatches == 0


def test_a_sealed_folder_with_closed_folders_inside_is_removed(tmp_path: Path) -> None:
    sealed = scratch.make(home_at(tmp_path), "D1-x", SystemClock())
    inner = sealed.tree / "one" / "two"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    for folder in (inner, inner.parent):
        folder.chmod(0)
    scratch.remove(sealed.folder)
    assert not sealed.folder.exists()


def test_too_little_room_is_said_before_anything_is_restored(tmp_path: Path) -> None:
    restic = Restic(Repository("b", "nowhere", tmp_path / "p"), Workplace(tmp_path))
    sealed = scratch.make(home_at(tmp_path), "D1-x", SystemClock())
    here = Ground(restic, sealed, Stopwatch(SystemClock()), NOON)
    ground.demand_space(here, 1, 1)
    with pytest.raises(StoppedDrillError) as caught:
        ground.demand_space(here, 1, 10**18)
    assert caught.value.cause is Cause.NO_SPACE


def test_an_unreadable_disk_of_ours_is_no_fault_of_the_site(tmp_path: Path) -> None:
    restic = Restic(Repository("b", "nowhere", tmp_path / "p"), Workplace(tmp_path))
    sealed = scratch.make(home_at(tmp_path), "D1-x", SystemClock())
    here = Ground(restic, sealed, Stopwatch(SystemClock()), NOON)
    with pytest.raises(StoppedDrillError) as caught, ground.looking_at_restored(here):
        raise OSError(5, "Input/output error")
    assert caught.value.cause is Cause.COULD_NOT_LOOK


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        (b"/plain", "/plain"),
        (b"/a[1]*?.txt", r"/a\[1\]\*\?.txt"),
        (b"/back\\slash", r"/back\\slash"),
        (b"/**", r"/\*\*"),
        (b"/\xff", "/\udcff"),
    ],
)
def test_a_pattern_means_this_very_path(path: bytes, pattern: str) -> None:
    assert spot.as_pattern(path) == pattern


def test_a_stopwatch_adds_up_and_counts_failures_too() -> None:
    class Ticks:
        def __init__(self) -> None:
            self.at = 0.0

        def now(self) -> datetime:
            return NOON

        def monotonic(self) -> float:
            self.at += 1.0
            return self.at

        def sleep(self, seconds: float) -> None:
            self.at += seconds

    watch = Stopwatch(Ticks())
    with watch.phase("a"):
        assert watch.seconds == {}
    with pytest.raises(OSError, match="x"), watch.phase("a"):
        raise OSError("x")
    assert watch.seconds == {"a": 2.0}
