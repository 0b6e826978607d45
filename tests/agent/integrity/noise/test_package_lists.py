"""Lists and sums of a package are dpkg's own, or they are not believed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.host.files import FILE_LIMIT_BYTES
from agent.host.local import LocalHost
from agent.integrity.noise.edge.lists import ListReader
from agent.integrity.noise.packages.state import PackageChange, Transaction

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """dpkg has unpacked `a` at this moment, and written its status last."""
    info = tmp_path / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (info / "a.list").write_text("/.\n/usr/bin/a\n")
    (info / "a.md5sums").write_text(f"{'0' * 32}  usr/bin/a\n")
    (info.parent / "status").touch()
    return tmp_path


def unpacked(at: datetime, began_at: datetime | None = None) -> Transaction:
    change = PackageChange("a:all", "1", "2", at, at)
    return Transaction(began_at or at - HOUR, at + HOUR, {change.name: change}, by_apt=True)


def are_believed(
    root: Path, transaction: Transaction, *others: Transaction, host: LocalHost | None = None
) -> bool:
    reader = ListReader(host or LocalHost(root), root)
    reader.watch((transaction, *others), running=False)
    listed = reader.listed(transaction.changes["a:all"], transaction)
    if listed is not None:
        assert listed.paths == ("/usr/bin/a",)
    return listed is not None


class Meddling(LocalHost):
    """Somebody writes other sums between the look at them and their reading."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.info = root / "var/lib/dpkg/info"

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        if path.endswith("/a.md5sums"):
            sums, status = self.info / "a.md5sums", self.info.parent / "status"
            sums.write_text(f"{'f' * 32}  usr/bin/a\n")
            while sums.stat().st_ctime_ns <= status.stat().st_ctime_ns:
                sums.touch()
        return super().read(path, limit_bytes=limit_bytes)


def written(root: Path) -> datetime:
    sums = root / "var/lib/dpkg/info/a.md5sums"
    return datetime.fromtimestamp(int(sums.stat().st_ctime), UTC)


def test_what_was_written_until_dpkg_said_so_is_believed(root: Path) -> None:
    assert are_believed(root, unpacked(written(root)))


def test_sums_that_were_written_a_second_later_are_not(root: Path) -> None:
    assert not are_believed(root, unpacked(written(root) - SECOND))


def test_what_was_written_before_dpkg_began_is_not(root: Path) -> None:
    at = written(root) + HOUR
    assert not are_believed(root, unpacked(at, at))


def test_a_list_that_was_written_while_no_dpkg_ran_is_not(root: Path) -> None:
    (root / "var/lib/dpkg/info/a.md5sums").unlink()
    at = written_list(root) - 2 * HOUR
    assert not are_believed(root, unpacked(at))
    later = Transaction(written_list(root), written_list(root), {}, by_apt=True)
    assert are_believed(root, unpacked(at), later)  # which took a file over from the package


def written_list(root: Path) -> datetime:
    listed = root / "var/lib/dpkg/info/a.list"
    return datetime.fromtimestamp(int(listed.stat().st_ctime), UTC)


def test_what_is_newer_than_dpkgs_newest_record_is_not(root: Path) -> None:
    for name in ("a.md5sums", "a.list"):
        place = root / "var/lib/dpkg/info" / name
        status = root / "var/lib/dpkg/status"
        status.touch()
        while place.stat().st_ctime_ns <= status.stat().st_ctime_ns:
            place.touch()
        assert not are_believed(root, unpacked(written(root)))


def test_sums_that_change_while_they_are_read_are_not(root: Path) -> None:
    transaction = unpacked(written(root))
    assert not are_believed(root, transaction, host=Meddling(root))


def test_what_lies_on_another_filesystem_is_not(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lstat = os.lstat

    def mounted(path: str | Path) -> os.stat_result:
        seen = lstat(path)
        fields = list(seen)
        fields[2] = seen.st_dev + (Path(path).name == "a.md5sums")
        return os.stat_result(fields, {"st_ctime_ns": seen.st_ctime_ns})

    monkeypatch.setattr("agent.integrity.noise.edge.lists.os.lstat", mounted)
    assert not are_believed(root, unpacked(written(root)))


def test_without_dpkgs_status_nothing_is_believed(root: Path) -> None:
    (root / "var/lib/dpkg/status").unlink()
    assert not are_believed(root, unpacked(written(root)))


def test_what_was_only_configured_has_no_sums_of_its_own(root: Path) -> None:
    at = written(root)
    change = PackageChange("a:all", "2", "2", None, at)
    configured = Transaction(at - HOUR, at + HOUR, {change.name: change}, by_apt=True)
    assert not are_believed(root, configured)
