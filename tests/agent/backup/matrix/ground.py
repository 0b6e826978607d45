"""The ground of the fault matrix: a facility that is whole, put back for every case."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.backup import looking
from agent.backup.course import Course
from agent.backup.result import DatasetResult, Outcome
from agent.backup.run import Task, run
from agent.backup.verification import rotation
from agent.backup.verification.verifying import verify
from agent.clock import SystemClock
from agent.restic.door import Restic
from agent.restic.environment import PATH, Workplace
from agent.restic.patience import Patience
from agent.restic.process import Grace
from agent.sites.opening import workplace_of
from demo.ssh_site import SshSite
from recovery import backup_verdict
from recovery.backup_verdict import BackupJudgement
from recovery.separation import overall
from tests.agent.backup.conftest import Facility
from tests.agent.restic.conftest import impostor
from tests.recovery.test_recorded_places import pairs_of
from wire.verdicts import Cause

RECORDED = Path(__file__).parents[3] / "recovery" / "recorded_places"
# What two honest sites once told: the judge's argument, which nothing else can set.
HONEST = overall(pairs_of(RECORDED / "honest-two-servers-proved.separate.json"))
BIG_BYTES = 300_000


class ShiftedClock(SystemClock):
    """This machine's clock, so much wrong."""

    def __init__(self, by: timedelta = timedelta()) -> None:
        self.by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Ground:
    """One facility, and what a case may change about the world around it."""

    root: Path
    facility: Facility
    site_b: SshSite
    clock: ShiftedClock = field(default_factory=ShiftedClock)
    path: str = PATH  # where restic is looked for

    @property
    def share(self) -> Path:
        return self.facility.source

    @property
    def a(self) -> Path:
        return self.facility.path_a

    @property
    def b(self) -> Path:
        return self.site_b.repository

    @property
    def workplace(self) -> Workplace:
        return replace(workplace_of(self.facility.home), path=self.path)

    def instead_of_restic(self, script: str) -> None:
        """A program that is called restic and is found first; `$REAL` is the real one."""
        lines = f'REAL="{shutil.which("restic", path=PATH)}"\n{script}\nexec "$REAL" "$@"'
        self.path = impostor(self.root / "bin", lines)

    def newest(self, site: str) -> str:
        point = self.facility.records.newest_point("share", site)
        assert point is not None
        return point.snapshot

    def result(self) -> DatasetResult:
        facility = self.facility
        return looking.result_of(
            facility.records, facility.dataset, facility.sites, self.clock.now(), Outcome()
        )

    def judged(self) -> BackupJudgement:
        """How the dataset stands now, between two sites that are two."""
        facts = replace(self.result().facts, separation=HONEST)
        return backup_verdict.judge(facts, self.clock.now())


Act = Callable[[Ground], object]


def back_up(ground: Ground) -> DatasetResult:
    """A run with something new to save."""
    if ground.share.is_dir() and any(ground.share.iterdir()):
        (ground.share / "new.bin").write_bytes(os.urandom(BIG_BYTES))
    return back_up_as_it_is(ground)


def back_up_as_it_is(ground: Ground) -> DatasetResult:
    facility = ground.facility
    setting = replace(
        facility.setting(ground.workplace),
        clock=ground.clock,
        patience=Patience(clock=ground.clock, lock_s=0.0, site_s=0.0),
    )
    return run(setting, Task(facility.dataset, facility.sites), Course(ground.clock))


def read_all(ground: Ground) -> None:
    """Every pack of both sites is read, as `backup verify --all` does."""
    _read(ground, rotation.everything)


def read_due(ground: Ground) -> None:
    """What is due is read, as the daemon does every six hours."""
    _read(ground, rotation.portion)


def _read(ground: Ground, choose: rotation.Choice) -> None:
    facility = ground.facility
    for site in facility.sites:
        restic = Restic(
            site.repository,
            ground.workplace,
            grace=Grace(5.0, 2.0),
            patience=Patience(clock=ground.clock, lock_s=0.0, site_s=0.0),
        )
        found = verify(restic, facility.records, ground.clock, choose)
        if found.cause is None and found.oldest_read_at is not None:
            facility.records.verified("share", site.name, found.oldest_read_at)


def read_all_after_a_run(ground: Ground) -> None:
    back_up(ground)
    read_all(ground)


def only_look(_ground: Ground) -> None:
    """Nothing is done: time has passed, or something has been found before."""


def cause_at(judgement: BackupJudgement, site: str) -> Cause | None:
    return next(one.cause for one in judgement.sites if one.site == site)
