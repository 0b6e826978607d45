"""Whenever a restore is killed, the old or the new one is at its place, and neither is lost."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.backup.errors import RestoreTargetError
from agent.backup.restore import goal as restore_goal
from agent.backup.restore import journal as restore_journal
from agent.backup.restore import placing
from agent.backup.restore.journal import Journal
from agent.backup.restore.placing import Ending, Move
from agent.config.home import Home, home_at


class KilledError(BaseException):
    """Stands for kill -9: nobody cleans up after it."""


class Restore:
    """One restore of `share/record` over an old one, which may be killed."""

    def __init__(self, folder: Path) -> None:
        self.home: Home = home_at(folder / "home")
        self.share = folder / "share"
        self.share.mkdir()
        self.live = self.share / "record"
        self.kept = self.share / "record.before"
        self.live.mkdir()
        (self.live / "x").write_text("old")

    def run(self, kept: str = "record.before") -> None:
        """As the job does it, but without its cleaning up."""
        stage = self.share / f"{restore_goal.STAGE_PREFIX}1"
        folder = self.home.state_dir / "restores"
        folder.mkdir(parents=True, exist_ok=True)
        entry = restore_journal.Entry("1", 1, 0, "a dead one's boot", "staging", str(stage))
        journal = Journal(folder / "1.json", entry)
        journal.write()
        with restore_goal.opened(self.live, "1") as ground:
            (ground.stage / "tree" / "record").mkdir(parents=True)
            (ground.stage / "tree" / "record" / "x").write_text("new")
            placing.place(journal, ground, Move("tree/record", "record", kept))

    def end(self) -> Ending:
        (journal,) = restore_journal.left_behind(self.home)
        ending = placing.recover(journal)
        assert restore_journal.left_behind(self.home) == ()
        return ending


@pytest.fixture
def restore(tmp_path: Path) -> Restore:
    return Restore(tmp_path)


def dying(nth: int, *, after: bool, original: Callable[..., None]) -> Callable[..., None]:
    """A rename that is killed right before or right after its nth call."""
    calls = 0

    def rename(*words: object) -> None:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            raise KilledError
        original(*words)
        if calls == nth:
            raise KilledError

    return rename


@pytest.mark.parametrize(
    ("nth", "after", "ending", "content"),
    [
        (1, False, Ending.CLEANED, "old"),
        (1, True, Ending.FINISHED, "new"),
        (2, False, Ending.FINISHED, "new"),
        (2, True, Ending.FINISHED, "new"),
    ],
)
def test_killed_at_any_step_of_an_exchange(
    restore: Restore,
    monkeypatch: pytest.MonkeyPatch,
    nth: int,
    after: bool,
    ending: Ending,
    content: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(placing, "_rename", dying(nth, after=after, original=placing._rename))  # noqa: SLF001
        with pytest.raises(KilledError):
            restore.run()
    assert (restore.live / "x").exists()  # at every moment there is one or the other
    assert restore.end() is ending
    assert (restore.live / "x").read_text() == content
    if content == "new":
        assert (restore.kept / "x").read_text() == "old"
    assert sorted(path.name for path in restore.share.iterdir()) == sorted(
        ["record", *(["record.before"] if content == "new" else [])]
    )


@pytest.mark.parametrize("nth", [2, 3])
@pytest.mark.parametrize("after", [False, True])
def test_killed_where_names_cannot_be_exchanged(
    restore: Restore, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool
) -> None:
    """Call 1 is the exchange that this filesystem refuses; 2 moves the old one, 3 the new one."""

    def no_exchange(source: Path, target: Path, flag: int) -> None:
        if flag == 2:
            raise OSError(22, "Invalid argument")
        original(source, target, flag)

    original = placing._rename  # noqa: SLF001
    with monkeypatch.context() as patch:
        patch.setattr(placing, "_rename", dying(nth, after=after, original=no_exchange))
        with pytest.raises(KilledError):
            restore.run()
    restore.end()
    left = {path.name: (path / "x").read_text() for path in restore.share.iterdir()}
    assert "old" in left.values()
    assert left["record"] in {"old", "new"}
    assert set(left) <= {"record", "record.before"}


def test_killed_before_anything_is_placed(
    restore: Restore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_words: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(placing, "place", killed)
        with pytest.raises(KilledError):
            restore.run()
    assert restore.end() is Ending.CLEANED
    assert [path.name for path in restore.share.iterdir()] == ["record"]
    assert (restore.live / "x").read_text() == "old"


def test_a_name_that_somebody_took_meanwhile_costs_nothing(restore: Restore) -> None:
    """The exchange is taken back when the old one cannot get its new name."""
    restore.kept.mkdir()
    (restore.kept / "mine").write_text("theirs")
    with pytest.raises(RestoreTargetError):
        restore.run()
    assert (restore.live / "x").read_text() == "old"
    assert restore.end() is Ending.CLEANED
    assert (restore.kept / "mine").read_text() == "theirs"


def test_what_somebody_moved_since_is_left_alone(
    restore: Restore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(placing, "_rename", dying(1, after=True, original=placing._rename))  # noqa: SLF001
        with pytest.raises(KilledError):
            restore.run()
    restore.live.rename(restore.share / "elsewhere")
    assert restore.end() is Ending.LEFT
    stage = restore.share / f"{restore_goal.STAGE_PREFIX}1"
    assert (stage / "tree" / "record" / "x").read_text() == "old"  # exchanged, so it lies there


def test_a_living_restore_is_not_ended_by_another(restore: Restore, tmp_path: Path) -> None:
    with restore_journal.opened(restore.home, "2", tmp_path / "stage") as journal:
        assert restore_journal.left_behind(restore.home) == ()
        journal.entry = replace(journal.entry, pid=0)
        journal.write()
        assert len(restore_journal.left_behind(restore.home)) == 1
    assert restore_journal.left_behind(restore.home) == ()


def test_a_folder_that_becomes_a_link_leads_nowhere(restore: Restore, tmp_path: Path) -> None:
    """A user of the share swaps the folder while root restores into it."""
    outside = tmp_path / "etc"
    outside.mkdir()
    with restore_goal.opened(restore.live, "1") as ground:
        restore.share.rename(tmp_path / "moved")
        restore.share.symlink_to(outside)
        (ground.stage / "tree").mkdir()
        (ground.stage / "tree" / "record").write_text("new")
        (tmp_path / "moved" / "record").rename(tmp_path / "old")
        placing.rename(ground.stage / "tree" / "record", ground.parent / "record")
    assert list(outside.iterdir()) == []
    assert (tmp_path / "moved" / "record").read_text() == "new"


def test_the_stage_inherits_no_rights_of_its_parent(tmp_path: Path) -> None:
    parent = tmp_path / "share"
    parent.mkdir()
    parent.chmod(0o2775)
    with restore_goal.opened(parent / "x", "1") as ground:
        assert os.stat(ground.stage).st_mode & 0o7777 == 0o700  # noqa: PTH116 - through /proc
        assert ground.stage_path.parent == parent
