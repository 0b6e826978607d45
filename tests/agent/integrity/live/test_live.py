"""What is done to a watched tree is told, by both ways of hearing it, on a real filesystem."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from agent.config.model import Watched
from agent.integrity.change import Kind
from agent.integrity.errors import EventsWriteError
from agent.integrity.live.gaps import GapReason
from tests.agent.integrity.live.conftest import Wanted, World, watching


def test_what_is_done_to_a_file_is_told_while_it_happens(world: World) -> None:
    file = world.share / "bệnh án.txt"
    file.write_text("một")
    world.until_told((Kind.ADDED, file.name))
    file.write_text("hai và ba")
    world.until_told((Kind.MODIFIED, file.name))
    file.chmod(0o600)
    world.until_told((Kind.METADATA, file.name))
    file.unlink()
    world.until_told((Kind.REMOVED, file.name))
    assert all(one.since is None for one in world.keeper.seen)


def test_names_with_line_breaks_are_told_as_they_are(world: World) -> None:
    name = os.fsdecode(b"a\nb\x1b[31m\xff")
    (world.share / name).write_text("x")
    world.until_told((Kind.ADDED, name))


def test_a_tree_made_at_once_is_told_whole(world: World) -> None:
    deep = world.share / "/".join(["deep"] * 12)
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    world.until_told((Kind.ADDED, os.path.relpath(deep / "file", world.share)))


def test_a_tree_moved_in_is_told_whole_and_heard_from_then_on(world: World) -> None:
    outside = world.folder / "outside"
    (outside / "a/b").mkdir(parents=True)
    (outside / "a/b/file").write_text("x")
    outside.rename(world.share / "inside")
    world.until_told((Kind.ADDED, "inside/a/b/file"))
    (world.share / "inside/a/b/later").write_text("y")
    world.until_told((Kind.ADDED, "inside/a/b/later"))


def test_a_tree_moved_out_is_told_as_removed_and_heard_no_more(world: World) -> None:
    (world.share / "tree/below").mkdir(parents=True)
    (world.share / "tree/below/file").write_text("x")
    world.until_told((Kind.ADDED, "tree/below/file"))
    (world.share / "tree").rename(world.folder / "gone")
    world.until_told((Kind.REMOVED, "tree/below/file"))
    (world.folder / "gone/below/file").write_text("changed outside")
    (world.share / "end").write_text("x")
    world.until_told((Kind.ADDED, "end"))
    assert world.on_disk() == world.in_ledger()


def test_a_renamed_tree_is_told_as_renamed_by_who_renamed_it(world: World) -> None:
    (world.share / "tree").mkdir()
    (world.share / "tree/file").write_text("content")
    world.until_told((Kind.ADDED, "tree/file"))
    (world.share / "tree").rename(world.share / "new name")
    world.until_told((Kind.RENAMED, "new name"), (Kind.RENAMED, "new name/file"))
    (world.share / "new name/file").write_text("other content")
    world.until_told((Kind.MODIFIED, "new name/file"))


def test_a_tree_that_went_changed_and_came_back_is_looked_at(world: World) -> None:
    (world.share / "tree").mkdir()
    (world.share / "tree/file").write_text("before")
    world.until_told((Kind.ADDED, "tree/file"))
    (world.share / "tree").rename(world.folder / "away")
    (world.folder / "away/file").write_text("changed while it was away")
    (world.folder / "away").rename(world.share / "tree")
    world.until_told((Kind.MODIFIED, "tree/file"))


def test_what_is_renamed_and_written_at_once_is_one_change(world: World) -> None:
    (world.share / "plan.docx").write_text("text")
    world.until_told((Kind.ADDED, "plan.docx"))
    (world.share / "plan.docx").rename(world.share / "plan.docx.locked")
    with (world.share / "plan.docx.locked").open("r+b") as file:
        file.write(b"\x8a\x01\xff" * 10)
    world.until_told((Kind.RENAMED, "plan.docx.locked"))
    (renamed,) = world.of("plan.docx.locked")
    assert renamed.change.what == ("content",)


def test_deleting_a_tree_is_told_for_everything_in_it(world: World) -> None:
    for number in range(20):
        (world.share / f"t/{number}/x").mkdir(parents=True)
        (world.share / f"t/{number}/x/file").write_text("x")
    world.until_told(*((Kind.ADDED, f"t/{number}/x/file") for number in range(20)))
    shutil.rmtree(world.share / "t")
    world.until_told(*((Kind.REMOVED, f"t/{number}/x/file") for number in range(20)))
    assert world.on_disk() == world.in_ledger()


def test_a_watched_path_that_is_deleted_and_made_anew_is_heard_again(world: World) -> None:
    (world.share / "old").write_text("x")
    world.until_told((Kind.ADDED, "old"))
    shutil.rmtree(world.share)
    world.until_told((Kind.REMOVED, "old"), (Kind.REMOVED, "."))
    world.share.mkdir()
    (world.share / "new").write_text("x")
    world.until_told((Kind.ADDED, "new"))
    (world.share / "newer").write_text("x")
    world.until_told((Kind.ADDED, "newer"))


@pytest.mark.parametrize("fanotify", [True, False])
def test_a_path_that_appears_later_is_heard_from_then_on(tmp_path: Path, fanotify: bool) -> None:
    later = tmp_path / "not/yet"
    wanted = Wanted(with_fanotify=fanotify, watched=(Watched(path=later),))
    with watching(tmp_path, wanted) as world:
        assert any("nothing at" in limit.message for limit in world.reporter.limits)
        later.mkdir(parents=True)
        (later / "file").write_text("x")
        world.until(lambda: bool(world.of("../not/yet/file")), "the file in it")


@pytest.mark.parametrize("fanotify", [True, False])
def test_a_watched_path_may_be_a_file(tmp_path: Path, fanotify: bool) -> None:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n")
    wanted = Wanted(with_fanotify=fanotify, watched=(Watched(path=file),))
    with watching(tmp_path, wanted) as world:
        file.write_text("10.0.0.1 elsewhere\n")
        world.until_told((Kind.MODIFIED, "../hosts"))
        file.unlink()
        world.until_told((Kind.REMOVED, "../hosts"))


@pytest.mark.parametrize("fanotify", [True, False])
def test_a_path_below_a_linked_folder_is_heard(tmp_path: Path, fanotify: bool) -> None:
    (tmp_path / "disk/files").mkdir(parents=True)
    (tmp_path / "srv").symlink_to("disk")
    wanted = Wanted(with_fanotify=fanotify, watched=(Watched(path=tmp_path / "srv/files"),))
    with watching(tmp_path, wanted) as world:
        (tmp_path / "disk/files/new").write_text("x")
        world.until_told((Kind.ADDED, "../srv/files/new"))


def test_what_is_ignored_is_not_looked_at(world: World) -> None:
    (world.share / "x.tmp").write_text("x")
    (world.share / "x.txt").write_text("x")
    world.until_told((Kind.ADDED, "x.txt"))
    assert not world.of("x.tmp")


def test_a_file_written_in_many_pieces_is_told_once(world: World) -> None:
    done = threading.Event()

    def write() -> None:
        with (world.share / "big").open("wb", buffering=0) as file:
            for _ in range(50):
                file.write(b"x" * 1000)
        done.set()

    threading.Thread(target=write).start()
    world.until(done.is_set, "the writer")
    world.until_told((Kind.ADDED, "big"))
    world.until_known()
    assert [one.change.kind for one in world.of("big")] == [Kind.ADDED]


def test_an_ordinary_user_hears_folder_by_folder_and_it_is_said(tmp_path: Path) -> None:
    with watching(tmp_path, Wanted(with_fanotify=False)) as world:
        assert any("nobody can say who" in limit.message for limit in world.reporter.limits)
        (world.share / "x").write_text("x")
        world.until_told((Kind.ADDED, "x"))
        assert world.of("x")[0].who is None


def test_what_cannot_be_stored_waits_and_is_said_once(world: World) -> None:
    world.keeper.failure = EventsWriteError(reason="database or disk is full")
    (world.share / "x").write_text("x")
    world.until(lambda: bool(world.reporter.troubles), "the trouble")
    for _ in range(20):
        world.live.step()
    assert len(world.reporter.troubles) == 1
    assert not world.keeper.seen
    world.keeper.failure = None
    world.until_told((Kind.ADDED, "x"))
    assert world.reporter.mends == 1


def test_what_changed_between_two_lives_is_told_as_such(tmp_path: Path) -> None:
    with watching(tmp_path) as world:
        (world.share / "known").write_text("before")
        world.until_told((Kind.ADDED, "known"))
    (tmp_path / "share/known").write_text("while nobody watched")
    (tmp_path / "share/new").write_text("x")
    with watching(tmp_path) as world:
        world.until_told((Kind.MODIFIED, "known"), (Kind.ADDED, "new"))
        (seen,) = world.of("known")
        gaps = world.keeper.gaps
        assert seen.who is None
        assert seen.since is not None
        assert gaps[0].reason is GapReason.STOPPED
        assert abs((seen.since - gaps[0].since).total_seconds()) < 1
        world.until(lambda: any(gap.closed for gap in gaps), "the gap is closed")


def test_a_gap_stays_open_while_the_look_fails(tmp_path: Path) -> None:
    with watching(tmp_path):
        pass
    with watching(tmp_path, Wanted(look_fails=True)) as world:
        for _ in range(5):
            world.live.step()
        assert [gap.closed for gap in world.keeper.gaps] == [False]


def test_lost_hints_are_a_gap_at_once_and_a_look_closes_it(world: World) -> None:
    (world.share / "x").write_text("x")
    world.until_told((Kind.ADDED, "x"))
    heard = world.parts.ways
    lost = heard._fanotify or heard._inotify  # noqa: SLF001 - a real overflow needs 16,384 files
    assert lost is not None
    (world.share / "x").write_text("changed, and the hint is lost")
    lost.read()
    lost._overflowed = True  # noqa: SLF001
    world.live.step()
    assert [(gap.reason, gap.closed) for gap in world.keeper.gaps] == [(GapReason.OVERFLOW, False)]
    world.until_told((Kind.MODIFIED, "x"))
    world.until(lambda: world.keeper.gaps[-1].closed, "the gap is closed")
    assert world.of("x")[-1].since is not None


def test_a_burst_leaves_nothing_behind(world: World) -> None:
    for number in range(400):
        file = world.share / f"d{number % 7}" / f"f{number}"
        file.parent.mkdir(exist_ok=True)
        file.write_text("x" * number)
        if number % 3 == 0:
            file.rename(file.with_suffix(".r"))
        if number % 5 == 0:
            file.with_suffix(".r" if number % 3 == 0 else "").unlink()
    world.until_known()


def test_a_thread_that_ends_after_the_watching_wakes_nobody(tmp_path: Path) -> None:
    with watching(tmp_path) as world:
        live = world.live
    with (tmp_path / "next").open("wb") as other:  # takes the number of a file that was closed
        live.wake()
        assert other.tell() == 0
    assert (tmp_path / "next").read_bytes() == b""
