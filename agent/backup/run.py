"""One backup run of one dataset: source, first site, manifest, other sites, read back, judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from agent.backup import looking, read_back, repositories
from agent.backup.carrying import seeding
from agent.backup.companion import Notary
from agent.backup.course import Course
from agent.backup.naming import data_tags
from agent.backup.records.records import Records, Run
from agent.backup.records.site_facts import Shown
from agent.backup.repositories import Opened
from agent.backup.result import DatasetResult, Outcome
from agent.backup.retention.taken import Trust
from agent.backup.sources import producing, taking
from agent.backup.sources.hashing import Hashing
from agent.backup.sources.layout import Layout, layout_of
from agent.backup.sources.sourcing import SourceLook
from agent.backup.spreading import Spread, Spreader
from agent.backup.verification import resuming
from agent.backup.verification.persisting import persist
from agent.clock import Clock
from agent.config.home import Home
from agent.config.model import Dataset
from agent.progress import Meter
from agent.restic import locks, output, saving
from agent.restic.door import Restic
from agent.restic.environment import Workplace
from agent.restic.errors import ResticError
from agent.restic.patience import Patience
from agent.restic.process import Stopper
from agent.restic.saving import Saved
from agent.sites.door import SiteDoor
from wire.verdicts import Cause

# After these, another site would fail in the same way.
_NOT_THE_SITE = frozenset({Cause.RESTIC_MISSING, Cause.CANCELLED, Cause.NO_SPACE})


@dataclass(frozen=True, slots=True)
class Setting:
    """What every run of this agent shares."""

    home: Home
    records: Records
    notary: Notary
    workplace: Workplace
    clock: Clock
    host_name: str
    stopper: Stopper
    patience: Patience = field(default_factory=Patience)
    trusts: Mapping[str, Trust] = field(default_factory=dict)

    @property
    def taker(self) -> taking.Taker:
        bench = producing.Workbench(self.home, self.clock, self.workplace.path)
        return taking.Taker(bench, self.records)

    def restic(self, site: SiteDoor) -> Restic:
        return Restic(site.repository, self.workplace, stopper=self.stopper, patience=self.patience)


@dataclass(frozen=True, slots=True)
class Task:
    """What to back up where; `accept_source`: a source that has shrunk is meant to be so."""

    dataset: Dataset
    sites: tuple[SiteDoor, ...]
    accept_source: bool = False


def run(setting: Setting, task: Task, course: Course) -> DatasetResult:
    """Back up one dataset. What fails at a site is in the result, never an exception."""
    begun = setting.clock.now()
    seen = taking.take(setting.taker, task.dataset, course, accept_source=task.accept_source)
    if seen.fault is not None:
        _record_run(setting, task, seen, seen.fault)
        return looking.result_of(setting.records, task.dataset, task.sites, begun, Outcome(seen))
    layout = layout_of(producing.sources(task.dataset, setting.home))
    opened = _open_all(setting, task, course)
    hashing = Hashing(setting.home, setting.clock, layout.roots)
    first, saved = _save(course, opened, _sources(setting, task, layout, seen))
    seen = taking.still_good(setting.taker, task.dataset, seen)
    _record_run(setting, task, seen, seen.fault or (saved.cause if saved else None))
    if first is None or saved is None or seen.fault is not None:
        return _finish(setting, task, course, Outcome(seen))
    seen = _hashed(course, hashing, seen)
    others = [one for one in opened if one is not first and course.usable(one.site.name)]
    spread = Spread(first, others, task.dataset.name, layout, saved)
    spreader = Spreader(setting.notary, setting.records, setting.clock, course, setting.trusts)
    committed = spreader.spread(spread)
    read_back.read_back(spreader, spread, committed)
    return _finish(setting, task, course, Outcome(seen, saved, committed))


def _hashed(course: Course, hashing: Hashing, seen: SourceLook) -> SourceLook:
    with course.phase("hash"), course.work("hash"):
        found = hashing.finish()
    return replace(seen, hashed=found.files, unreadable=found.unreadable)


def _sources(setting: Setting, task: Task, layout: Layout, seen: SourceLook) -> saving.Sources:
    """A dump or an export is of its own moment, not of the moment when it is saved."""
    return saving.Sources(
        layout.start,
        layout.arguments,
        setting.host_name,
        data_tags(task.dataset.name),
        at=seen.taken.taken_at if seen.taken else None,
    )


def _record_run(setting: Setting, task: Task, seen: SourceLook, cause: Cause | None) -> None:
    source_cause = cause if cause is not Cause.REPOSITORY_DAMAGED else None
    setting.records.add_run(
        Run(
            task.dataset.name,
            setting.clock.now(),
            source_cause,
            seen.seen.files,
            seen.seen.bytes,
            seen.seen.devices,
            seen.accepted,
        )
    )


def _open_all(setting: Setting, task: Task, course: Course) -> list[Opened]:
    """The sites that can be used now, in the configuration's order."""
    opened: list[Opened] = []
    with course.phase("open"), course.work("open"):
        for site in task.sites:
            one = course.attempt(site.name, partial(_open, setting, site, task.sites[0], opened))
            if one is not None:
                opened.append(one)
    return opened


def _open(setting: Setting, site: SiteDoor, eldest: SiteDoor, opened: Sequence[Opened]) -> Opened:
    """A new repository takes its chunker parameters from the first site's, or waits for it."""
    restic = setting.restic(site)
    if setting.records.repository(site.name) is None:
        restic.capabilities()  # an old restic is told before anything is made with it
    like = None
    if site is not eldest and setting.records.repository(site.name) is None:
        if not any(one.site is eldest for one in opened):
            raise ResticError(
                Cause.NEVER_RUN, site=site.name, verb="init", says=f"waits for {eldest.name}"
            )
        like = eldest.repository
    known = repositories.open_repository(
        site, restic, setting.records, like, setting.notary.entropy
    )
    repositories.remember(setting.records, known, setting.clock.now())
    found = Opened(site, restic, known)
    seeding.arrived(setting.records, found, setting.clock.now())
    resuming.settle(restic)
    return found


def _save(
    course: Course, opened: Sequence[Opened], sources: saving.Sources
) -> tuple[Opened | None, Saved | None]:
    """Write the point at the first site that takes it: normally A, and B while A is away.

    A site whose chunker parameters are not A's takes copies only.
    """
    chunker = opened[0].known.chunker if opened else ""
    for one in opened:
        if one.known.chunker != chunker:
            continue
        with course.phase("backup"), course.work("backup", one.site.name) as meter:
            saved = course.attempt(one.site.name, partial(_save_at, one.restic, sources, meter))
        if saved is not None:
            if saved.cause is Cause.REPOSITORY_DAMAGED:
                course.note(one.site.name, saved.cause)
            return one, saved
        if course.troubles[one.site.name].cause in _NOT_THE_SITE:
            break
    return None, None


def _save_at(restic: Restic, sources: saving.Sources, meter: Meter) -> Saved:
    def tell(progress: output.Progress) -> None:
        meter.expect(progress.total_files or None, progress.total_bytes or None)
        meter.tell(progress.files_done, progress.bytes_done)

    def save() -> Saved:
        saved = saving.save(restic, sources, on_progress=tell)
        done = saved.summary
        meter.expect(done.total_files_processed, done.total_bytes_processed)
        meter.tell(done.total_files_processed, done.total_bytes_processed)
        return saved

    return persist((restic,), lambda: locks.past_locks(locks.Need((restic,)), save))


def _finish(setting: Setting, task: Task, course: Course, outcome: Outcome) -> DatasetResult:
    """Record what was learned about every site, then judge from the records."""
    now = setting.clock.now()
    for site in task.sites:
        trouble = course.troubles.get(site.name)
        if trouble is None and outcome.saved is not None:
            setting.records.site_facts().put(site.name, Shown(site.place), now)
        setting.records.looked(
            task.dataset.name, site.name, trouble.cause if trouble else None, now
        )
    result = looking.result_of(setting.records, task.dataset, task.sites, now, outcome)
    return looking.with_course(result, course)
