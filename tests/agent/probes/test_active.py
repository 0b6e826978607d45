"""Active probes: only with consent, never inside a repository, never where space is low."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.config.sites import Site
from agent.sites.probe import active as probe_active
from agent.sites.probe import between as probe_between
from agent.sites.probe.active import CANARY, PREFIX, Means, seen_from, space_between
from agent.sites.probe.between import Findings, HostGround, Why
from agent.sites.probe.errors import NoGroundError
from agent.sites.probe.ground import FolderGround, FolderView, ground_beside
from agent.sites.probe.kinds import look_at_site
from demo.ssh_site import SshSite
from recovery.coupling import LEAST_BYTES, MOST_BYTES
from recovery.places import HOST
from tests.agent.probes.fakes import consenting, folder_site, forced, ssh_place

MIB = 1024 * 1024
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.waited_s = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.waited_s)

    def monotonic(self) -> float:
        return self.waited_s

    def sleep(self, seconds: float) -> None:
        self.waited_s += seconds


class Pool:
    """A pool of space that knows what was written into it."""

    def __init__(self, free: int = 10**12, *, late: int = 0) -> None:
        self.free, self.names, self.written = free, set[str](), list[int]()
        self._late, self._looks = late, 0  # so many looks until a change is booked
        self._booked = free

    def free_bytes(self) -> int:
        if self._booked != self.free:
            self._looks += 1
            if self._looks > self._late:
                self._booked, self._looks = self.free, 0
        return self._booked

    def sees(self, name: str) -> bool:
        return name in self.names

    def sweep(self, _now: datetime) -> None:
        self.names.clear()

    @contextmanager
    def filled(self, name: str, content: bytes) -> Iterator[None]:
        assert name.startswith(PREFIX)
        self.written.append(len(content))
        self.free -= len(content)
        yield
        self.free += len(content)

    @contextmanager
    def canary(self, name: str) -> Iterator[None]:
        self.names.add(name)
        yield
        self.names.remove(name)


def means() -> Means:
    return Means(Clock(), os.urandom)


def test_one_pool_is_told_even_when_it_books_late() -> None:
    for late in (0, 8):
        pool = Pool(late=late)
        found = space_between(pool, {"b": pool}, means())["b"]
        assert found.free_space_correlation is not None
        assert found.free_space_correlation > 0.99
        assert found.free_space_rounds == probe_active.ROUNDS
        assert all(LEAST_BYTES <= size <= MOST_BYTES for size in pool.written)
        assert len(set(pool.written)) == len(pool.written)


def test_another_pool_is_told_and_both_are_watched_in_the_same_rounds() -> None:
    pool, other = Pool(), Pool()
    found = space_between(pool, {"same": pool, "other": other}, means())
    assert found["other"].free_space_correlation == 0.0
    assert (found["same"].free_space_correlation or 0) > 0.99
    assert len(pool.written) == probe_active.ROUNDS


def test_a_pool_that_others_fill_is_asked_longer_and_then_left_open() -> None:
    class Busy(Pool):
        def free_bytes(self) -> int:
            self.free -= int.from_bytes(os.urandom(4), "big")
            return self.free

    pool = Pool()
    found = space_between(pool, {"b": Busy(10**15)}, means())["b"]
    assert found.free_space_correlation is None
    assert len(pool.written) == probe_active.MOST_ROUNDS


def test_a_lying_site_that_counts_nothing_is_an_answer_and_no_proof() -> None:
    class Lying(Pool):
        def free_bytes(self) -> int:
            return 5

    found = space_between(Pool(), {"b": Lying()}, means())["b"]
    assert found.free_space_correlation == 0.0


def test_a_canary_is_seen_where_it_lies_and_is_gone_afterwards(tmp_path: Path) -> None:
    repository = tmp_path / "store" / "r"
    repository.mkdir(parents=True)
    far = tmp_path / "x" / "y" / "z" / "far"
    far.mkdir(parents=True)
    ground = ground_beside(repository, "a")
    views = {"a": FolderView(repository), "far": FolderView(far)}
    assert seen_from(ground, views, means()) == {"a": True, "far": False}
    assert [path.name for path in repository.parent.iterdir()] == ["r"]
    assert list(repository.iterdir()) == []


def test_what_a_killed_probe_left_is_swept_by_the_next_one(tmp_path: Path) -> None:
    old, young = tmp_path / f"{CANARY}{'a' * 32}", tmp_path / f"{PREFIX}{'b' * 32}"
    foreign = tmp_path / ".lachan-canary-notes"
    for file in (old, young, foreign):
        file.touch()
    for file, age in ((old, 7200), (young, 60), (foreign, 7200)):
        at = NOW.timestamp() - age
        os.utime(file, (at, at))
    FolderGround(tmp_path).sweep(NOW)
    assert sorted(tmp_path.iterdir()) == sorted((young, foreign))


def test_a_probe_that_is_killed_leaves_nothing_that_grows(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from agent.sites.probe.ground import FolderGround\n"
        f"ground = FolderGround(pathlib.Path({str(tmp_path)!r}))\n"
        "with ground.filled('.lachan-probe-x', b'0' * 5_000_000):\n"
        "    print('written', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"written\n"
        assert list(tmp_path.iterdir()) == []  # it has no name while it is there
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_repository_that_is_a_mount_of_its_own_has_no_ground(tmp_path: Path) -> None:
    with pytest.raises(NoGroundError):
        ground_beside(Path("/dev/shm"), "a")  # noqa: S108 - a file system of its own
    with pytest.raises(NoGroundError):
        ground_beside(tmp_path / "gone", "a")


def measured(
    tmp_path: Path, sites: Sequence[Site], decided: Sequence[frozenset[str]] = ()
) -> Findings:
    looks = [(site, look_at_site(site, os.urandom)) for site in sites]
    host = HostGround(tmp_path / "scratch", (tmp_path,))
    return probe_between.measure(host, looks, decided, Means(Clock(), os.urandom))


AB, HA, HB = frozenset({"a", "b"}), frozenset({HOST, "a"}), frozenset({HOST, "b"})


def test_without_consent_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ssh_site_b: SshSite
) -> None:
    monkeypatch.setattr(FolderGround, "filled", None)
    monkeypatch.setattr(FolderGround, "canary", None)
    found = measured(tmp_path, [folder_site(tmp_path / "a" / "r"), ssh_place(ssh_site_b)])
    assert found.between == {}
    assert set(found.why.values()) == {Why.NO_CONSENT}


def test_low_space_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ssh_site_b: SshSite
) -> None:
    monkeypatch.setattr(probe_active, "LEAST_FREE_BYTES", 2**80)
    monkeypatch.setattr(FolderGround, "filled", None)
    sites = [consenting(folder_site(tmp_path / "a" / "r")), ssh_place(ssh_site_b)]
    found = measured(tmp_path, sites)
    assert found.between == {}
    assert found.why[AB] is Why.LOW_SPACE


def test_consent_of_one_site_is_consent_of_one_site(tmp_path: Path, ssh_site_b: SshSite) -> None:
    """A is written and B is watched; this host is not written for B, who has not agreed."""
    a, b = folder_site(tmp_path / "a" / "r"), ssh_place(ssh_site_b)
    found = measured(tmp_path, [consenting(a), b])
    assert set(found.between) == {AB, HA}
    assert found.why[HB] is Why.NO_CONSENT


def test_a_pair_that_is_decided_is_left_in_peace(tmp_path: Path, ssh_site_b: SshSite) -> None:
    a, b = folder_site(tmp_path / "a" / "r"), ssh_place(ssh_site_b)
    found = measured(tmp_path, [consenting(a), consenting(b)], (AB, HA, HB))
    assert (found.between, set(found.why.values())) == ({}, {Why.DECIDED})


def test_a_site_without_a_view_is_said(tmp_path: Path) -> None:
    bucket = folder_site(tmp_path / "x", "b", kind="s3", url="http://127.0.0.1:9", bucket="b")
    found = measured(tmp_path, [consenting(folder_site(tmp_path / "a" / "r")), consenting(bucket)])
    assert found.why[AB] is Why.NO_VIEW


def test_sftp_is_written_beside_the_repository_and_left_clean(
    quiet: Path, ssh_site_b: SshSite
) -> None:
    store = quiet / "store" / "deep" / "r"
    store.mkdir(parents=True)
    b = ssh_place(ssh_site_b, kind="sftp", path=store, probe_key_file=None)
    with forced(ssh_site_b, "agent_key", "internal-sftp"):
        found = measured(quiet, [consenting(b)])
    between = found.between[HB]
    assert (between.free_space_correlation or 0) > 0.95
    assert between.canary_seen is False
    assert list(store.parent.iterdir()) == [store]
    assert list(store.iterdir()) == []
