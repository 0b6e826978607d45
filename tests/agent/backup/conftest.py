"""One agent's backup on a temporary home: source, two sites, records, ledger."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.backup.companion import Notary
from agent.backup.course import Course
from agent.backup.records.records import Records, open_records
from agent.backup.result import DatasetResult
from agent.backup.run import Setting, Task, run
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Dataset, Site
from agent.files.ledger import Ledger, open_ledger
from agent.restic.environment import Workplace
from agent.restic.process import Stopper
from agent.sites.door import SiteDoor
from agent.sites.opening import open_site, workplace_of
from demo.ssh_site import SshSite
from tests.real.light_repositories import Born
from wire.verdicts import HeldBy


@dataclass(frozen=True)
class Facility:
    """A small facility whose backup a test drives."""

    home: Home
    source: Path
    dataset: Dataset
    configured: tuple[Site, ...]
    records: Records
    ledger: Ledger

    @property
    def sites(self) -> tuple[SiteDoor, ...]:
        return tuple(open_site(site, self.home) for site in self.configured)

    def setting(self, workplace: Workplace | None = None) -> Setting:
        notary = Notary(self.ledger, b"s" * 32, os.urandom, self.home.state_dir / "companions")
        return Setting(
            self.home,
            self.records,
            notary,
            workplace or workplace_of(self.home),
            SystemClock(),
            "fs-01",
            Stopper(),
        )

    def back_up(
        self, *, accept_source: bool = False, workplace: Workplace | None = None
    ) -> DatasetResult:
        course = Course(SystemClock())
        task = Task(self.dataset, self.sites, accept_source)
        return run(self.setting(workplace), task, course)

    @property
    def path_a(self) -> Path:
        path = self.configured[0].path
        assert path is not None
        return path


@pytest.fixture
def facility(new_facility: Facility, site_b: SshSite, pair: Born) -> Facility:
    """Its repositories have been made before, its first backup has not."""
    pair.give(new_facility.home, "a", new_facility.path_a)
    pair.give(new_facility.home, "b", site_b.repository)
    return new_facility


@pytest.fixture
def new_facility(tmp_path: Path, site_b: SshSite) -> Iterator[Facility]:
    """Nothing has been made yet."""
    with opened_facility(tmp_path, site_b) as facility:
        yield facility


@contextmanager
def opened_facility(folder: Path, site_b: SshSite) -> Iterator[Facility]:
    home = home_at(folder / "home")
    source = folder / "share"
    fill(source, 12)
    (folder / "nas").mkdir()
    site_a = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=folder / "nas" / "repository")
    clock = SystemClock()
    records = open_records(home, clock)
    with open_ledger(home, clock) as ledger:
        dataset = Dataset(name="share", paths=(source,), schedule="0 * * * *", rpo="8h")
        yield Facility(home, source, dataset, (site_a, site_of(site_b)), records, ledger)
    records.close()


def site_of(site_b: SshSite) -> Site:
    return Site(
        name="b",
        kind="append_only_ssh",
        held_by=HeldBy.HOSTED,
        user=site_b.user,
        host=site_b.host,
        port=site_b.port,
        key_file=site_b.key_file,
        probe_key_file=site_b.probe_key_file,
        known_hosts_file=site_b.known_hosts_file,
    )


def fill(folder: Path, files: int) -> None:
    (folder / "hồ sơ").mkdir(parents=True)
    for number in range(files):
        (folder / "hồ sơ" / f"bệnh án {number}.txt").write_text(f"record {number}\n" * 100)
    (folder / "empty").write_bytes(b"")
