"""Whatever differs from the point after a restore is told: no difference passes for none."""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.backup.restore import attributes as restore_attributes
from agent.backup.restore import compare as restore_compare
from agent.backup.restore import listing as restore_listing
from agent.backup.restore.differences import Differences, Kind
from agent.clock import SystemClock
from agent.daemon.work.restore.restore_plan import Plan
from agent.progress import Meter, Progress
from tests.agent.restore.conftest import FOLDER, Hospital

ACL = base64.b64decode("AgAAAAEABgD/////AgAEAP7/AAAEAAQA/////xAABAD/////IAAEAP////8=")
RECORD = "2026/hồ sơ 1.txt"


@dataclass(frozen=True)
class Back:
    """A restored tree, and what is needed to compare it again."""

    hospital: Hospital
    plan: Plan
    tree: Path

    @property
    def folder(self) -> Path:
        return self.tree / FOLDER

    def compare(self) -> dict[Kind, int]:
        plan, found = self.plan, Differences()
        restic = plan.asked.restics[plan.candidate.site]
        point, listed = plan.candidate.point, plan.candidate.holding.snapshots
        entries = restore_listing.committed(restic, listed, "share", plan.listing, point.tree)
        meter = Meter(Progress("compare"), monotonic=SystemClock().monotonic)
        looked = restore_attributes.Looked()
        found.add(restore_compare.statuses(self.tree, plan.listing.nodes))
        found.add(restore_compare.contents(self.tree, entries, meter))
        found.add(
            restore_attributes.differences(
                restic, point.tree, plan.listing.inner, self.tree, looked, lambda: True
            )
        )
        assert looked.whole
        return dict(found.counts)


@pytest.fixture(scope="module")
def back(hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Back]:
    tree = tmp_path_factory.mktemp("back") / "tree"
    hospital.restore(into=tree)
    yield Back(hospital, hospital.plan(), tree)
    (tree / FOLDER / "closed").chmod(0o750)


def test_what_is_as_it_was_has_no_difference(back: Back) -> None:
    assert back.compare() == {}


def change_content(folder: Path) -> Callable[[], None]:
    file = folder / RECORD
    before, times = file.read_bytes(), file.stat()
    file.write_bytes(before.replace(b"record 1", b"record 7"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def undo() -> None:
        file.write_bytes(before)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    return undo


def cut(folder: Path) -> Callable[[], None]:
    undo = change_content(folder)
    os.truncate(folder / RECORD, 10)
    return undo


def take_away(folder: Path) -> Callable[[], None]:
    times = folder.stat()
    (folder / "hard").rename(folder.parent / "away")
    os.utime(folder, ns=(times.st_atime_ns, times.st_mtime_ns))

    def undo() -> None:
        (folder.parent / "away").rename(folder / "hard")
        os.utime(folder, ns=(times.st_atime_ns, times.st_mtime_ns))

    return undo


def lead_elsewhere(folder: Path) -> Callable[[], None]:
    return swap(folder, "dangling", lambda path: path.symlink_to("/somewhere/else"))


def part(folder: Path) -> Callable[[], None]:
    def copy(path: Path) -> None:
        path.write_text("one file")

    return swap(folder, "hard too", copy)


def become_a_folder(folder: Path) -> Callable[[], None]:
    return swap(folder, "empty", lambda path: path.mkdir())


def swap(folder: Path, name: str, put: Callable[[Path], None]) -> Callable[[], None]:
    """Another thing of the same name, with the same times."""
    path, aside, times = folder / name, folder.parent / "aside", folder.stat()
    own = os.lstat(path)
    path.rename(aside)
    put(path)
    if not path.is_symlink():
        path.chmod(own.st_mode & 0o7777)
    os.utime(path, ns=(own.st_atime_ns, own.st_mtime_ns), follow_symlinks=False)
    os.utime(folder, ns=(times.st_atime_ns, times.st_mtime_ns))

    def undo() -> None:
        path.rmdir() if path.is_dir() else path.unlink()
        aside.rename(path)
        os.utime(folder, ns=(times.st_atime_ns, times.st_mtime_ns))

    return undo


def open_to_all(folder: Path) -> Callable[[], None]:
    (folder / RECORD).chmod(0o666)
    return lambda: (folder / RECORD).chmod(0o644)


def age(folder: Path) -> Callable[[], None]:
    times = (folder / RECORD).stat()
    os.utime(folder / RECORD, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
    return lambda: os.utime(folder / RECORD, ns=(times.st_atime_ns, times.st_mtime_ns))


def note_on(folder: Path) -> Callable[[], None]:
    os.setxattr(folder / RECORD, "user.stranger", b"x")
    return lambda: os.removexattr(folder / RECORD, "user.stranger")


def list_on(folder: Path) -> Callable[[], None]:
    mode = (folder / RECORD).stat().st_mode & 0o777
    os.setxattr(folder / RECORD, "system.posix_acl_access", ACL)
    (folder / RECORD).chmod(mode)

    def undo() -> None:
        os.removexattr(folder / RECORD, "system.posix_acl_access")
        (folder / RECORD).chmod(mode)

    return undo


def give_away(folder: Path) -> Callable[[], None]:
    """Root can give it to another; an ordinary user's other group stands for it."""
    own = (folder / RECORD).stat()
    other = next((each for each in os.getgroups() if each != own.st_gid), own.st_gid + 1)
    os.chown(folder / RECORD, -1, other)
    return lambda: os.chown(folder / RECORD, -1, own.st_gid)


@pytest.mark.parametrize(
    ("tamper", "kinds"),
    [
        (change_content, {Kind.CONTENT: 1}),
        (cut, {Kind.CONTENT: 2, Kind.TIME: 1}),
        (take_away, {Kind.MISSING: 1}),
        (lead_elsewhere, {Kind.LINK: 1}),
        (part, {Kind.HARD_LINK: 1}),
        (become_a_folder, {Kind.TYPE: 1, Kind.ATTRIBUTE: 1}),
        (open_to_all, {Kind.MODE: 1}),
        (age, {Kind.TIME: 1}),
        (note_on, {Kind.ATTRIBUTE: 1}),
        (list_on, {Kind.ACL: 1}),
    ],
)
def test_each_difference_is_told(
    back: Back, tamper: Callable[[Path], Callable[[], None]], kinds: dict[Kind, int]
) -> None:
    undo = tamper(back.folder)
    try:
        assert back.compare() == kinds
    finally:
        undo()


def test_another_group_is_told(back: Back) -> None:
    if os.geteuid() and len(set(os.getgroups())) < 2:
        return  # this user has no second group to give it to; root's runs look at it
    undo = give_away(back.folder)
    try:
        assert back.compare() == {Kind.OWNER: 1}
    finally:
        undo()


def test_the_mode_of_a_closed_file_is_as_before_the_look(back: Back) -> None:
    assert (back.folder / "closed" / "x").stat().st_mode & 0o777 == 0o440


def test_what_the_tree_does_not_name_was_not_compared(back: Back) -> None:
    plan, looked = back.plan, restore_attributes.Looked()
    restic = plan.asked.restics[plan.candidate.site]
    tree = plan.candidate.point.tree
    found = restore_attributes.differences(
        restic, tree, b"/nowhere", back.tree, looked, lambda: True
    )
    assert list(found) == []
    assert not looked.whole
