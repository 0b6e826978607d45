"""What hearing folder by folder cannot do is noticed and said."""

import errno
import os
import time
from pathlib import Path

import pytest

from agent.files.filesystems import mounts
from agent.files.names import path_bytes
from agent.integrity.live import kernel
from agent.integrity.live.inotify import InotifyWatcher
from agent.integrity.live.places import find_places
from agent.integrity.live.touch import Kinds
from tests.agent.integrity.live.conftest import Wanted, watching

_QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


def _watcher(folder: Path) -> InotifyWatcher:
    watcher = InotifyWatcher(time.time_ns, lambda path: path.endswith(b"/ignored"))
    watcher.watch(find_places((path_bytes(folder),), mounts()))
    return watcher


def test_a_queue_that_ran_over_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    watcher = _watcher(tmp_path)
    for number in range(int(_QUEUE.read_text()) // 2 + 1):  # two hints each, none like the last
        (tmp_path / "a").rename(tmp_path / "b") if number % 2 else os.link(
            tmp_path / "a", tmp_path / f"l{number}"
        )
        if number % 2:
            (tmp_path / "b").rename(tmp_path / "a")
    watcher.read()
    assert watcher.overflowed
    assert not watcher.overflowed
    watcher.close()


def test_a_renamed_file_has_its_former_name_and_an_ignored_folder_no_watch(tmp_path: Path) -> None:
    (tmp_path / "ignored/deep").mkdir(parents=True)
    (tmp_path / "a").write_text("x")
    watcher = _watcher(tmp_path)
    assert watcher.folders == 2  # the folder above, and the place itself
    (tmp_path / "a").rename(tmp_path / "b")
    moved = next(one for one in watcher.read() if one.kinds & Kinds.MOVED_TO)
    assert (moved.path, moved.old_path) == (bytes(tmp_path / "b"), bytes(tmp_path / "a"))
    watcher.close()


def test_too_many_folders_are_said_and_looked_at_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = kernel.add_inotify
    room = [5]

    def add(instance: int, path: bytes, mask: int) -> int:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        return added(instance, path, mask)

    monkeypatch.setattr(kernel, "add_inotify", add)
    for number in range(20):
        (tmp_path / f"share/{number}").mkdir(parents=True)
    with watching(tmp_path, Wanted(with_fanotify=False)) as world:
        said = [limit.says for limit in world.reporter.limits]
        assert any("5 folders are watched" in one for one in said)
        assert world.parts.ways.heard_in_part(path_bytes(world.share))
