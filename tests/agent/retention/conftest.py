"""A facility that has backed up twice a day to two folders: a copy for each test."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.backup.naming import companion_tags, data_tags
from agent.backup.records.records import KnownRepository, Point, Records, open_records
from agent.config.home import Home, home_at
from agent.config.load import load
from agent.daemon.app import App, open_app
from agent.restic import reading, saving
from agent.restic.door import LONG_S, Job, Restic
from agent.restic.output import Snapshot
from agent.restic.roles import Role
from agent.sites.opening import open_site, site_named, workplace_of
from tests.real.light_repositories import Born

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
DAYS = 5
WITH_COMPANION = ("0a", "1b", "3b", "4b")
CONFIGURATION = """facility: GL-BVDK
datasets: [{{name: share, paths: [{folder}/share], schedule: "0 4,16 * * *", rpo: 24h}}]
sites:
  - {{name: a, kind: local, path: {folder}/a, held_by: owned}}
  - {{name: b, kind: local, path: {folder}/b, held_by: owned}}
"""


@dataclass
class Clock:
    """Stands still until a test moves it; waiting takes no time."""

    at: datetime = NOW
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(frozen=True)
class Facility:
    """One agent with its two sites."""

    folder: Path
    app: App
    clock: Clock
    records: Records

    def restic(self, site: str, role: Role = Role.SITE_MAINT) -> Restic:
        door = open_site(site_named(site, self.app.config.sites), self.app.home)
        return Restic(door.repository, workplace_of(self.app.home), role)

    def listed(self, site: str) -> tuple[Snapshot, ...]:
        return reading.snapshots(self.restic(site))

    def ids(self, site: str) -> set[str]:
        return {one.id for one in self.listed(site)}

    def points(self, site: str) -> dict[str, Snapshot]:
        """By day and half of the day as they were made: `3a` is the later one of three days ago."""
        return {
            tag.removeprefix("made-"): one
            for one in self.listed(site)
            for tag in one.tags or ()
            if tag.startswith("made-")
        }

    def add(self, site: str, at: datetime, *tags: str) -> str:
        """A snapshot that somebody adds with a date of his own."""
        (self.folder / "evil").mkdir(exist_ok=True)
        (self.folder / "evil" / "data").write_text(f"{at}\n")
        before = self.ids(site)
        save_at(self.restic(site), self.folder / "evil", at, tags or data_tags("share"))
        (new,) = self.ids(site) - before
        return new


def save_at(restic: Restic, folder: Path, at: datetime, tags: tuple[str, ...]) -> None:
    words = [word for tag in tags for word in ("--tag", tag)]
    time = f"{at:%Y-%m-%d %H:%M:%S}"
    restic.run(Job(("backup", "--host", "fs-01", "--time", time, *words, "."), LONG_S, cwd=folder))


def made_at(day: int, half: str) -> datetime:
    return NOW - timedelta(days=day, hours=2 if half == "a" else 7)


@pytest.fixture(scope="session")
def backed_up(tmp_path_factory: pytest.TempPathFactory, pair: Born) -> Path:
    """Both repositories, with a companion for each tree; the secrets beside them."""
    folder = tmp_path_factory.mktemp("backed-up")
    home = home_at(folder / "home")
    for site in ("a", "b"):
        pair.give(home, site, folder / site)
    write_configuration(home, folder)
    sites = {site.name: site for site in load(home).sites}
    restics = {
        name: Restic(open_site(site, home).repository, workplace_of(home), Role.SITE_MAINT)
        for name, site in sites.items()
    }
    source = folder / "share"
    source.mkdir()
    for day in range(DAYS - 1, -1, -1):
        for half in ("b", "a"):
            (source / "file").write_text(f"{day}{half}\n")
            save_at(
                restics["a"], source, made_at(day, half), (*data_tags("share"), f"made-{day}{half}")
            )
    listed = reading.snapshots(restics["a"])
    points = {(one.tags or ())[-1].removeprefix("made-"): one for one in listed}
    for name in WITH_COMPANION:
        point = points[name]
        tags = companion_tags("share", point.tree, f"m-{point.tree[:8]}")
        save_at(restics["a"], source, point.at + timedelta(minutes=1), tags)
    newest = [points[name].id for name in ("1a", "0b", "0a")]
    saving.copy(restics["b"], restics["a"].repository, newest, timeout_s=LONG_S)
    shutil.rmtree(home.state_dir)
    with closing(open_records(home, Clock())) as records:
        for name, restic in restics.items():
            remember(records, restic, name)
    shutil.rmtree(home.state_dir / "restic")
    return folder


def write_configuration(home: Home, folder: Path, text: str = CONFIGURATION) -> None:
    home.agent_yaml.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.agent_yaml.write_text(text.format(folder=folder))


@pytest.fixture
def facility(tmp_path: Path, backed_up: Path) -> Iterator[Facility]:
    """Both sites verified yesterday, the clock watched for a month, nothing stands open."""
    shutil.copytree(backed_up, tmp_path, dirs_exist_ok=True)
    home = home_at(tmp_path / "home")
    write_configuration(home, tmp_path)
    clock = Clock()
    app = open_app(home, clock=clock)
    with closing(app), closing(open_records(home, clock)) as records:
        yield Facility(tmp_path, app, clock, records)


def remember(records: Records, restic: Restic, site: str) -> None:
    """What the agent would know after days of runs: all was verified yesterday."""
    now, config = NOW, reading.config(restic)
    records.add_repository(KnownRepository(site, config.id, config.chunker_polynomial), now)
    for one in reading.snapshots(restic):
        if set(data_tags("share")) <= set(one.tags or ()):
            records.add_point(Point(site, one.id, "share", one.tree, one.at, one.at))
    records.verified("share", site, now - timedelta(days=1))
    records.looked("share", site, None, now)
    records.arrivals(site).see({}, now - timedelta(days=30))


@pytest.fixture
def clock() -> Clock:
    return Clock()
