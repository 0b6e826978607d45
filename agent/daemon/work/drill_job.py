"""Holds drills under their lock: chooses what is not named, seals the journal, updates records."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from agent.backup.records.records import Records, open_records
from agent.config.model import Dataset, Site
from agent.daemon import unsealed_drills
from agent.daemon.app import App
from agent.daemon.leftovers import LOCK
from agent.daemon.work.backup.backup_job import chosen, open_sites, tell_standing
from agent.drills import rehearse, scratch
from agent.drills.errors import UnknownDrillClassError, UnknownDrillError, WrongNonceError
from agent.drills.journal import CLASSES, D0, D1, Drills, Journal, open_drills
from agent.drills.outlook import RUNS_COUNTED, predicted
from agent.drills.rehearsal import Rehearsal
from agent.drills.rehearse import Setting, Task
from agent.drills.spot import Challenge
from agent.restic.door import Restic
from agent.restic.process import Stopper
from agent.sites.opening import open_site, site_named, workplace_of
from agent.state.lock import hold
from recovery.prediction import Prediction, Volume
from wire.verdicts import Cause, DrillVerdict

_NONCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{15,95}", re.ASCII)
_NONCE_BYTES = 32
# Seen at the site itself: it holds no copy to count on until that is disproved or accepted.
_DAMAGE = frozenset(
    {
        Cause.REPOSITORY_DAMAGED,
        Cause.CONTENT_DIFFERS,
        Cause.SNAPSHOTS_VANISHED,
        Cause.NO_REPOSITORY,
        Cause.BAD_KEY,
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for; what is empty is chosen here: the dataset and site that wait longest."""

    drill_class: str
    site: str = ""
    dataset: str = ""
    nonce: str = ""
    order_id: str = ""


def run(app: App, request: Request) -> Journal:
    """Hold one drill, seal it, and return its journal.

    Raises:
        UnknownDrillClassError, WrongNonceError, UnknownSiteError, UnknownDatasetError: nothing
            was held.
        BusyError: another drill is running.
    """
    if request.drill_class not in CLASSES:
        raise UnknownDrillClassError(drill_class=request.drill_class)
    with (
        hold(app.home, LOCK, clock=app.clock),
        contextlib.closing(open_drills(app.home, app.clock)) as drills,
        contextlib.closing(open_records(app.home, app.clock)) as records,
    ):
        scratch.sweep(app.home)
        unsealed_drills.settle(app, drills)
        dataset, site = choose(app, request, drills)
        challenge = Challenge(_nonce(app, request, drills), app.keys.k_f)
        task = Task(request.drill_class, dataset.name, challenge, request.order_id)
        restic = Restic(
            open_site(site, app.home).repository, workplace_of(app.home), stopper=Stopper()
        )
        setting = Setting(app.home, restic, records, app.clock, app.entropy)
        held = rehearse.hold(setting, task, drills.begin)
        return _keep(app, drills, records, held)


def recent(app: App, most: int) -> tuple[Journal, ...]:
    with _opened(app) as drills:
        return drills.recent(most)


def one(app: App, drill_id: str) -> Journal:
    """A drill by its id.

    Raises:
        UnknownDrillError: it was not held here.
    """
    with _opened(app) as drills:
        found = drills.one(drill_id)
    if found is None:
        raise UnknownDrillError(drill=drill_id)
    return found


def choose(app: App, request: Request, drills: Drills) -> tuple[Dataset, Site]:
    """The named dataset and site, or the pair whose last drill of this class is longest ago.

    An order that names no dataset means the first one.
    """
    open_sites(app)  # says what is missing in the configuration
    datasets = chosen(app, (request.dataset,) if request.dataset else ())
    if request.order_id:
        datasets = datasets[:1]
    sites = (site_named(request.site, app.config.sites),) if request.site else app.config.sites
    pairs = [(dataset, site) for dataset in datasets for site in sites]

    def waiting_since(pair: tuple[Dataset, Site]) -> float:
        last = drills.last_at(request.drill_class, pair[0].name, pair[1].name)
        return last.timestamp() if last else 0.0

    return min(pairs, key=waiting_since)


def _nonce(app: App, request: Request, drills: Drills) -> str:
    """The controller's nonce, which must be new here, or one of our own for a spot drill."""
    if not request.nonce:
        return app.entropy(_NONCE_BYTES).hex() if request.drill_class == D0 else ""
    if _NONCE.fullmatch(request.nonce) is None:
        raise WrongNonceError(problem="16 to 96 letters, digits and . _ : - are expected")
    if not drills.claim_nonce(request.nonce, app.clock.now()):
        raise WrongNonceError(problem="it was used before")
    return request.nonce


def _keep(app: App, drills: Drills, records: Records, held: Rehearsal) -> Journal:
    """Record, seal, and only then let an interruption go on.

    What a site has lost is recorded first: a kill in between must not leave it in good standing.
    """
    journal = _with_outlook(app, drills, records, held.journal)
    if journal.drill_class == D1 and journal.verdict is DrillVerdict.PASSED:
        records.verified(journal.dataset, journal.site, journal.ended_at)
    if journal.cause in _DAMAGE:
        records.damaged(journal.site, journal.cause, journal.ended_at)
    unsealed_drills.keep(app, drills, replace(held, journal=journal))
    tell_standing(app, (journal.dataset,))
    if held.trouble is not None:
        raise held.trouble
    return journal


def _with_outlook(app: App, drills: Drills, records: Records, journal: Journal) -> Journal:
    before = drills.passed(D1, journal.site, RUNS_COUNTED)
    measured = (journal, *before) if journal.run is not None else before
    outlook = predicted(measured, _volumes(app, records, journal))
    return _predicted(journal, outlook)


def _volumes(app: App, records: Records, journal: Journal) -> dict[str, Volume]:
    """What each dataset would bring back: the commitment just seen, else the newest recorded."""
    volumes: dict[str, Volume] = {}
    for dataset in app.config.datasets:
        if dataset.name == journal.dataset:
            if journal.manifest_leaves:
                volumes[dataset.name] = Volume(journal.manifest_leaves, journal.manifest_bytes)
            continue
        point = records.newest_point(dataset.name, journal.site)
        manifest = records.manifest_of(dataset.name, point.tree) if point else None
        if manifest is not None:
            volumes[dataset.name] = Volume(manifest.leaves, manifest.bytes)
    return volumes


def _predicted(journal: Journal, outlook: Prediction | None) -> Journal:
    if outlook is None:
        return journal
    return msgspec.structs.replace(
        journal,
        predicted_rto_s=round(outlook.expected_s, 3),
        predicted_rto_upper_s=round(outlook.upper_s, 3),
    )


@contextlib.contextmanager
def _opened(app: App) -> Iterator[Drills]:
    with contextlib.closing(open_drills(app.home, app.clock)) as drills:
        yield drills
