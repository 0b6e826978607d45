"""Database servers that live as long as the tests need them, and a judge of what was taken."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.backup import looking
from agent.backup.course import Course
from agent.backup.records.records import KnownSeparation, Point, Records, Run, open_records
from agent.backup.result import Outcome
from agent.backup.sources.producing import Workbench
from agent.backup.sources.sourcing import SourceLook
from agent.backup.sources.taking import Taker, still_good, take
from agent.clock import SystemClock
from agent.config.datasets import Dataset
from agent.config.home import Home, home_at
from agent.config.model import Site
from agent.sites.door import SiteDoor, places_of
from agent.sites.opening import open_site
from tests.real import database_servers
from tests.real.database_servers import PROGRAMS, Server
from wire.verdicts import BackupVerdict, Cause, HeldBy, Separation


@dataclass
class Judge:
    """Takes a dataset as a run does, and judges it with two sites that are beyond doubt.

    What restic would do at the sites is told to the records: this is about the source alone.
    """

    home: Home
    records: Records
    folders: str = PROGRAMS
    limit: timedelta = timedelta(minutes=2)
    says: str = ""
    meanwhile: Callable[[], None] = lambda: None  # happens while restic saves
    looks: list[SourceLook] = field(default_factory=list)

    def run(
        self, dataset: Dataset, *, accept_source: bool = False
    ) -> tuple[BackupVerdict, Cause | None]:
        clock = SystemClock()
        taker = Taker(Workbench(self.home, clock, self.folders, self.limit), self.records)
        seen = take(taker, dataset, Course(clock), accept_source=accept_source)
        self.meanwhile()
        seen = still_good(taker, dataset, seen)
        self.says = seen.says
        self.looks.append(seen)
        now = clock.now()
        run = Run(
            dataset.name,
            now,
            seen.fault,
            seen.seen.files,
            seen.seen.bytes,
            seen.seen.devices,
            seen.accepted,
        )
        self.records.add_run(run)
        if seen.fault is None:
            self._point(dataset.name, seen.taken.taken_at if seen.taken else now, now)
        result = looking.result_of(self.records, dataset, self._sites(now), now, Outcome(seen))
        return result.judgement.verdict, result.judgement.cause

    def _sites(self, now: datetime) -> tuple[SiteDoor, ...]:
        sites = tuple(
            open_site(Site(name, "local", HeldBy.OWNED, path=Path("/mnt") / name), self.home)
            for name in "ab"
        )
        known = KnownSeparation(Separation.SEPARATE, now, places_of(sites))
        self.records.set_separation(known)
        return sites

    def _point(self, dataset: str, taken_at: datetime, now: datetime) -> None:
        tree = now.isoformat()
        for site in "ab":
            point = Point(site, f"{site}{tree}", dataset, tree, taken_at, now, "companion", now)
            self.records.add_point(point)
            self.records.looked(dataset, site, None, now)
            self.records.verified(dataset, site, now)


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Judge]:
    home, clock = home_at(tmp_path / "home"), SystemClock()
    with closing(open_records(home, clock)) as records:
        yield Judge(home, records)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with database_servers.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    with database_servers.mariadb() as server:
        yield server
