"""Real parts for the live watching: a loop on real files, and a keeper that remembers."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.clock import Clock, SystemClock
from agent.config.home import home_at
from agent.config.model import Watched
from agent.files.filesystems import mounts
from agent.files.ledger import open_ledger
from agent.files.names import path_bytes
from agent.integrity.change import Kind
from agent.integrity.live.alive import MarkFile, Moments
from agent.integrity.live.gaps import WatchGap
from agent.integrity.live.limit import Limit
from agent.integrity.live.loop import Live
from agent.integrity.live.parts import Named, Parts
from agent.integrity.live.roots import roots_of
from agent.integrity.live.ways import Hearing, Ways
from agent.integrity.seen import Seen
from agent.integrity.who.record import Who
from wire.errors import LachanError

ROOT = os.geteuid() == 0
WAIT_S = 20.0


def somebody(pid: int, _pidfd: int | None, _at_ns: int, _since_ns: int) -> Who:
    return Who(uid=1000, login_uid=1000, pid=pid, exe="/bin/x", command="x", parents=(), session=1)


def nobody(_path: bytes, _pid: int) -> bool:
    return False


@dataclass
class RememberingKeeper:
    """Stores in memory; fails as long as it is told to."""

    journal_number: int = 0
    seen: list[Seen] = field(default_factory=list)
    gaps: list[WatchGap] = field(default_factory=list)
    failure: LachanError | None = None
    clock_sets: list[int] = field(default_factory=list)
    judged_again: list[Seen] = field(default_factory=list)
    judged_until: int | None = None  # None: everything that is stored

    @property
    def judged_number(self) -> int:
        return self.journal_number if self.judged_until is None else self.judged_until

    def judge(self, seen: Sequence[Seen], journal_number: int) -> None:
        self._fail()
        self.judged_again += seen
        self.judged_until = journal_number

    def take(self, seen: Sequence[Seen], journal_number: int) -> None:
        self._fail()
        self.seen += seen
        self.journal_number = journal_number

    def gap(self, gap: WatchGap) -> None:
        self._fail()
        self.gaps.append(gap)

    def tick(self) -> float | None:
        self._fail()
        return None

    def clock_set(self, by_ns: int) -> None:
        self.clock_sets.append(by_ns)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


@dataclass
class RememberingReporter:
    """What a person would have read."""

    troubles: list[LachanError] = field(default_factory=list)
    mends: int = 0
    limits: Sequence[Limit] = ()

    def troubled(self, error: LachanError) -> None:
        self.troubles.append(error)

    def mended(self) -> None:
        self.mends += 1

    def alive(self) -> None:
        pass

    def clock_set(self, by_ns: int) -> None:
        pass

    def ready(self, limits: Sequence[Limit]) -> None:
        self.limits = limits


@dataclass
class LookAtOnce:
    """The look at whole paths, done in the test's own process when it is asked how it goes."""

    look: Callable[[], None]
    fails: bool = False
    ended: bool = False

    def poll(self) -> int | None:
        if self.fails:
            return 2
        if not self.ended:
            self.look()
            self.ended = True
        return 0

    def terminate(self) -> None:
        pass

    def kill(self) -> None:
        pass


@dataclass
class World:
    """One watcher on one folder of the test's own."""

    folder: Path
    share: Path
    live: Live
    keeper: RememberingKeeper
    reporter: RememberingReporter
    parts: Parts

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Let the loop run until it is so."""
        clock = SystemClock()
        deadline = clock.monotonic() + WAIT_S
        while not condition():
            assert clock.monotonic() < deadline, f"{what}; seen: {self.told()}"
            self.live.step()
            clock.sleep(0.005)

    def until_told(self, *wanted: tuple[Kind, str]) -> None:
        """Until all of these are told."""
        self.until(lambda: set(wanted) <= self.told(), f"waits for {wanted}")

    def until_known(self) -> None:
        """Until the ledger holds everything that the share holds now."""
        self.until(lambda: self.on_disk() == self.in_ledger(), "ledger and disk differ")

    def told(self) -> set[tuple[Kind, str]]:
        return {(one.change.kind, self.name(one.change.path)) for one in self.keeper.seen}

    def of(self, name: str) -> list[Seen]:
        return [one for one in self.keeper.seen if self.name(one.change.path) == name]

    def name(self, path: bytes) -> str:
        return os.fsdecode(os.path.relpath(path, os.fsencode(self.share)))

    def on_disk(self) -> dict[bytes, tuple[int, int]]:
        found: dict[bytes, tuple[int, int]] = {}
        for top, _, files in os.walk(os.fsencode(self.share)):
            for path in (top, *(top + b"/" + name for name in files)):
                status = os.lstat(path)
                found[path] = (status.st_mode, 0 if path == top else status.st_size)
        return found

    def in_ledger(self) -> dict[bytes, tuple[int, int]]:
        return {
            one.path: (one.mode, 0 if one.is_directory else one.size)
            for one in self.parts.ledger.entries(self.share)
        }


@dataclass
class Wanted:
    """How the watcher of a test is to be."""

    with_fanotify: bool = True
    watched: tuple[Watched, ...] = ()
    boot_id: str = "boot-1"
    wall_ns: Callable[[], int] = lambda: int(datetime.now(UTC).timestamp() * 1e9)
    boot_ns: Callable[[], int] = lambda: int(SystemClock().monotonic() * 1e9)
    look_fails: bool = False
    clock: Clock = field(default_factory=SystemClock)
    keeper: RememberingKeeper | None = None  # of another life, which goes on here
    named: Named = lambda seen: seen
    client_limits: Callable[[], tuple[Limit, ...]] = tuple


@contextmanager
def watching(folder: Path, wanted: Wanted | None = None) -> Iterator[World]:
    """A watcher that has begun, and whose first look at everything has ended."""
    wanted = wanted or Wanted()
    share = folder / "share"
    share.mkdir(exist_ok=True)
    watched = wanted.watched or (Watched(path=share, ignore=("*.tmp",)),)
    home, clock = home_at(folder / "home"), wanted.clock
    home.config_dir.mkdir(exist_ok=True)
    roots = roots_of(watched)
    with open_ledger(home, clock) as ledger:
        looks: list[LookAtOnce] = []

        def look(paths: Sequence[bytes]) -> LookAtOnce:
            def whole() -> None:
                for path in paths:
                    root = next(one for one in roots.all if one.path == path)
                    ledger.refresh(root.watched.path, ignore=root.ignore)

            looks.append(LookAtOnce(whole, wanted.look_fails))
            return looks[-1]

        hearing = Hearing(somebody, wanted.wall_ns, nobody, roots.hidden)
        keeper, reporter = wanted.keeper or RememberingKeeper(), RememberingReporter()
        before = ledger.transitions(0, 1_000_000)
        if wanted.keeper is None and before:
            keeper.journal_number = before[-1].number
        parts = Parts(
            watched=watched,
            ledger=ledger,
            open_ledger=lambda: open_ledger(home, clock),
            keeper=keeper,
            ways=Ways(hearing, with_fanotify=wanted.with_fanotify and ROOT),
            rescan=look,
            marks=MarkFile(home.state_dir / "watching.json"),
            moments=Moments(wanted.boot_id, wanted.wall_ns, wanted.boot_ns),
            clock=clock,
            reporter=reporter,
            mounts=mounts,
            pid=os.getpid(),
            named=wanted.named,
            client_limits=wanted.client_limits,
        )
        live = Live(parts)
        world = World(folder, share, live, keeper, reporter, parts)
        live.begin()
        if not wanted.look_fails:
            world.until(lambda: bool(looks) and looks[0].ended, "the first look")
            world.live.step()
        try:
            yield world
        finally:
            live.end()


@pytest.fixture(params=["fanotify", "inotify"] if ROOT else ["inotify"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Both ways as root; an ordinary user has one."""
    with watching(tmp_path, Wanted(with_fanotify=request.param == "fanotify")) as found:
        assert found.parts.ways.way_of(path_bytes(found.share)) == request.param
        yield found
