"""Backs datasets up under the backup's lock, and seals what came of it."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.backup import looking, run
from agent.backup.companion import Notary
from agent.backup.course import Course
from agent.backup.errors import NoDatasetError, NoSiteError, UnknownDatasetError
from agent.backup.records.records import Records, open_records
from agent.backup.result import DatasetResult, Outcome
from agent.backup.verification import resuming
from agent.config.model import Dataset
from agent.daemon import lock_names
from agent.daemon.app import App
from agent.daemon.running import noted
from agent.daemon.tell import tell
from agent.daemon.work.backup.backup_statements import backup_statement, manifest_statement
from agent.daemon.work.backup.retention_elsewhere import trusts_of
from agent.daemon.work.sites.site_state import tell_site_states
from agent.daemon.work.speaking import speak_of_trouble
from agent.files.ledger import open_ledger
from agent.progress import OnProgress, ignore
from agent.restic.door import Restic
from agent.restic.process import Stopper
from agent.sites.door import SiteDoor
from agent.sites.opening import open_site, site_named, workplace_of
from agent.state.lock import hold
from agent.uplink.identity import host_code
from wire.messages import Gap

LOCK = lock_names.BACKUP
LOOK = "look"  # what "started" a statement that no run made
LOSS_ACCEPTED = "LOSS_ACCEPTED"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a run was started and what it may accept."""

    trigger: str = "person"  # schedule | order | person
    accept_source: bool = False
    accept_loss: tuple[str, ...] = ()  # sites


def run_all(
    app: App,
    names: Sequence[str] = (),
    *,
    wish: Wish | None = None,
    on_progress: OnProgress = ignore,
) -> tuple[DatasetResult, ...]:
    """Back up the named datasets, or all; every result is sealed before the next one begins.

    Raises:
        BusyError: another backup is running.
        NoDatasetError, NoSiteError: the configuration names none.
        UnknownSiteError: a loss is accepted at a site that is not configured.
    """
    wish = wish or Wish()
    datasets = chosen(app, names)
    sites = open_sites(app)
    for name in wish.accept_loss:
        site_named(name, app.config.sites)
    results: list[DatasetResult] = []
    with hold(app.home, LOCK, clock=app.clock), setting_of(app) as setting:
        resuming.stop_orphans(setting.workplace, app.clock)
        for name in wish.accept_loss:
            _accept_loss(app, setting.records, name)
        for dataset in datasets:
            task = run.Task(dataset, sites, wish.accept_source)
            with noted(app.home, app.clock, dataset.name, on_progress) as told:
                result = run.run(setting, task, Course(app.clock, told, dataset.name))
            _seal(app, result, wish.trigger)
            results.append(result)
        speak_of_trouble(app, setting.records)
    tell_site_states(app, sites)
    return tuple(results)


def look(app: App, names: Sequence[str] = ()) -> tuple[DatasetResult, ...]:
    """Judge the datasets now from what is recorded; nothing is asked of the sites."""
    sites = open_sites(app)
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        return tuple(judged(app, records, dataset, sites) for dataset in chosen(app, names))


def tell_standing(app: App, names: Sequence[str] = ()) -> None:
    """Seal how the datasets stand now: a drill, a verification or a probe has changed it."""
    for result in look(app, names):
        tell(app, backup_statement(app.pseudonyms, result, LOOK))


def judged(
    app: App, records: Records, dataset: Dataset, sites: tuple[SiteDoor, ...]
) -> DatasetResult:
    return looking.result_of(records, dataset, sites, app.clock.now(), Outcome())


def chosen(app: App, names: Sequence[str]) -> tuple[Dataset, ...]:
    """The datasets of these names, or all.

    Raises:
        UnknownDatasetError: one of the names is not configured.
    """
    by_name = {dataset.name: dataset for dataset in app.config.datasets}
    if not by_name:
        raise NoDatasetError
    for name in names:
        if name not in by_name:
            raise UnknownDatasetError(name=name, known=", ".join(by_name))
    return tuple(by_name[name] for name in names) if names else app.config.datasets


def open_sites(app: App) -> tuple[SiteDoor, ...]:
    """The doors of all configured sites, the near one first."""
    if not app.config.sites:
        raise NoSiteError
    return tuple(open_site(site, app.home) for site in app.config.sites)


def restic_at(app: App, site: SiteDoor, stopper: Stopper) -> Restic:
    return Restic(site.repository, workplace_of(app.home), stopper=stopper)


def _accept_loss(app: App, records: Records, site: str) -> None:
    """What this run finds lost besides is not accepted: nobody has been told of it yet."""
    now = app.clock.now()
    count = records.losses(site).accept(now)
    if count:
        tell(app, Gap(subject=f"site.{site}", reason=LOSS_ACCEPTED, to_at=now, count=count))


@contextlib.contextmanager
def setting_of(app: App) -> Iterator[run.Setting]:
    """What every run of this agent shares, open for as long as the block runs."""
    with (
        contextlib.closing(open_records(app.home, app.clock)) as records,
        open_ledger(app.home, app.clock) as ledger,
    ):
        staging = app.home.state_dir / "companions"
        notary = Notary(ledger, app.keys.k_s, app.entropy, staging)
        yield run.Setting(
            app.home,
            records,
            notary,
            workplace_of(app.home),
            app.clock,
            host_code(),
            Stopper(),
            trusts=trusts_of(app, records),
        )


def _seal(app: App, result: DatasetResult, trigger: str) -> None:
    """The commitment first: it must stand in the log before anyone can be asked about it."""
    manifest = manifest_statement(app.pseudonyms, result)
    if manifest is not None:
        tell(app, manifest)
    tell(app, backup_statement(app.pseudonyms, result, trigger))
