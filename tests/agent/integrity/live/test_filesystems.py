"""Several filesystems, mounts inside a watched path, a disk that is full: real mounts, as root.

An ordinary user may mount nothing: then the test proves that this is refused.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.config.model import Watched
from agent.files.filesystems import Mount
from agent.files.names import path_bytes
from agent.integrity.change import Kind
from agent.integrity.live.gaps import GapReason
from agent.integrity.live.places import find_places
from tests.agent.integrity.live.conftest import ROOT, Wanted, watching


@contextmanager
def mounted(what: str, at: Path, *options: str) -> Iterator[None]:
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", *options, what, str(at)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True, capture_output=True)


def refused(tmp_path: Path) -> bool:
    """Whether this user may mount nothing; nothing more can be tried then."""
    if ROOT:
        return False
    with (
        pytest.raises((subprocess.CalledProcessError, FileNotFoundError)),
        mounted("tmpfs", tmp_path / "m", "-t", "tmpfs"),
    ):
        pass
    return True


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as opened, suppress(OSError):
        while opened.write(b"x" * 4096):
            pass


def test_roots_on_several_filesystems_are_heard_by_one_group(tmp_path: Path) -> None:
    if refused(tmp_path):
        return
    (tmp_path / "disk").mkdir()
    with mounted("tmpfs", tmp_path / "memory", "-t", "tmpfs"):
        roots = (Watched(path=tmp_path / "disk"), Watched(path=tmp_path / "memory"))
        with watching(tmp_path, Wanted(watched=roots)) as world:
            assert {world.parts.ways.way_of(path_bytes(root.path)) for root in roots} == {
                "fanotify"
            }
            (tmp_path / "disk/a").write_text("x")
            (tmp_path / "memory/b").write_text("x")
            world.until_told((Kind.ADDED, "../disk/a"), (Kind.ADDED, "../memory/b"))


def test_what_is_written_elsewhere_and_shows_here_by_a_bind_mount_is_heard(
    tmp_path: Path,
) -> None:
    if refused(tmp_path):
        return
    (tmp_path / "share").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with (
        mounted(str(tmp_path / "elsewhere"), tmp_path / "share/inner", "--bind"),
        watching(tmp_path) as world,
    ):
        (tmp_path / "elsewhere/written outside").write_text("x")
        world.until_told((Kind.ADDED, "inner/written outside"))


def test_a_watched_path_that_is_itself_a_bind_mount_is_heard_by_its_own_name(
    tmp_path: Path,
) -> None:
    if refused(tmp_path):
        return
    (tmp_path / "disk/files").mkdir(parents=True)
    with (
        mounted(str(tmp_path / "disk/files"), tmp_path / "share", "--bind"),
        watching(tmp_path) as world,
    ):
        (tmp_path / "share/by this name").write_text("x")
        (tmp_path / "disk/files/by the other").write_text("x")
        world.until_told((Kind.ADDED, "by this name"), (Kind.ADDED, "by the other"))


def test_a_filesystem_mounted_over_a_watched_path_is_a_gap_and_heard_from_then_on(
    tmp_path: Path,
) -> None:
    if refused(tmp_path):
        return
    with watching(tmp_path) as world:
        (tmp_path / "share/below").write_text("x")
        world.until_told((Kind.ADDED, "below"))
        with mounted("tmpfs", tmp_path / "share", "-t", "tmpfs"):
            world.until_told((Kind.REMOVED, "below"))
            assert world.keeper.gaps[0].reason is GapReason.REPLACED
            (tmp_path / "share/new").write_text("x")
            world.until_told((Kind.ADDED, "new"))
            assert world.of("new")[0].since is None
        world.until(lambda: len(world.of("below")) > 2, "what was below is told again")


def test_a_full_disk_loses_nothing_and_is_said_once(tmp_path: Path) -> None:
    """The home lies on the full disk: the ledger cannot take what was looked at."""
    if refused(tmp_path):
        return
    with (
        mounted("tmpfs", tmp_path / "home", "-t", "tmpfs", "-o", "size=2m"),
        watching(tmp_path) as world,
    ):
        fill(tmp_path / "home/filling")
        for number in range(300):
            (tmp_path / f"share/{number}").write_text("x" * number)
        world.until(lambda: bool(world.reporter.troubles), "the trouble")
        (tmp_path / "home/filling").unlink()
        world.until_told(*((Kind.ADDED, str(number)) for number in range(300)))
        assert len(world.reporter.troubles) == world.reporter.mends == 1


def test_a_share_of_another_host_is_said(tmp_path: Path) -> None:
    """No file server is needed to see what the mount table says."""
    at = bytes(tmp_path)
    (place,) = find_places((at,), (Mount(b"/", "ext4"), Mount(at, "nfs4")))
    assert place.mount.is_network
    (local,) = find_places((at,), (Mount(b"/", "ext4"),))
    assert not local.mount.is_network
