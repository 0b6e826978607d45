"""What each verb of a playbook does on this host: one of our own jobs, and nothing else."""

from collections.abc import Callable

from agent.backup.naming import is_data_of
from agent.backup.result import DatasetResult
from agent.daemon.app import App
from agent.daemon.work import check_job, drill_job
from agent.daemon.work.backup import backup_job
from agent.daemon.work.integrity import integrity_job
from agent.daemon.work.sites import site_job
from agent.drills.journal import D0, D1
from agent.playbooks.errors import RefusedVerbError
from agent.playbooks.run import Outcome, Parameters
from agent.playbooks.verbs import Verb
from agent.restic import reading
from agent.restic.door import Restic
from agent.sites.opening import open_site, site_named, workplace_of
from wire.verdicts import BackupVerdict, Cause, CheckVerdict

_ORDER_OF = {  # what the host's owner can switch off in `orders`
    Verb.BACKUP_RUN: "backup",
    Verb.CHECK_RUN: "check",
    Verb.DRILL_CHALLENGE: "drill",
    Verb.DRILL_RESTORE: "drill",
    Verb.INTEGRITY_SCAN: "scan",
}
_WORST_FIRST = (
    BackupVerdict.RED,
    BackupVerdict.DEGRADED,
    BackupVerdict.UNKNOWN,
    BackupVerdict.GREEN,
)


def perform(app: App, verb: Verb, parameters: Parameters) -> Outcome:
    """Do it.

    Raises:
        RefusedVerbError: the host's owner has switched it off.
        LachanError: it could not be done.
    """
    order = _ORDER_OF.get(verb)
    if order is not None and order not in app.config.orders:
        raise RefusedVerbError(verb=verb.value)
    return _PERFORMERS[verb](app, parameters)


def _drill(app: App, parameters: Parameters, drill_class: str) -> Outcome:
    request = drill_job.Request(drill_class, parameters.site, parameters.dataset)
    journal = drill_job.run(app, request)
    return Outcome(journal.verdict, journal.cause)


def _probe(app: App, _parameters: Parameters) -> Outcome:
    return Outcome(site_job.run(app).evidence.verdict)


def _find_snapshot(app: App, parameters: Parameters) -> Outcome:
    """Whether the site itself lists a snapshot of the dataset."""
    site = open_site(site_named(parameters.site, app.config.sites), app.home)
    listed = reading.snapshots(Restic(site.repository, workplace_of(app.home)))
    names = [parameters.dataset] if parameters.dataset else [d.name for d in app.config.datasets]
    if any(is_data_of(snapshot, name) for snapshot in listed for name in names):
        return Outcome("FOUND")
    return Outcome("NONE", Cause.NO_SNAPSHOT)


def _names(parameters: Parameters) -> tuple[str, ...]:
    return (parameters.dataset,) if parameters.dataset else ()


def _backup_status(app: App, parameters: Parameters) -> Outcome:
    return _worst(backup_job.look(app, _names(parameters)))


def _backup_run(app: App, parameters: Parameters) -> Outcome:
    return _worst(backup_job.run_all(app, _names(parameters)))


def _worst(results: tuple[DatasetResult, ...]) -> Outcome:
    if not results:  # nothing is backed up on this host
        return Outcome(BackupVerdict.UNKNOWN, Cause.NO_SNAPSHOT)
    judged = {result.judgement.verdict: result.judgement.cause for result in results}
    verdict = next(verdict for verdict in _WORST_FIRST if verdict in judged)
    return Outcome(verdict, judged[verdict])


def _check(app: App, _parameters: Parameters) -> Outcome:
    verdicts = {finding.verdict for finding in check_job.run(app).findings}
    if CheckVerdict.FAIL in verdicts:
        return Outcome("WRONG")
    return Outcome("UNDECIDED" if CheckVerdict.UNKNOWN in verdicts else "GOOD")


def _scan(app: App, _parameters: Parameters) -> Outcome:
    scans = integrity_job.scan(app)
    if any(sum(scan.findings.counts.values()) for scan in scans):
        return Outcome("WRONG")
    unseen = any(scan.gap or scan.unreadable for scan in scans)
    return Outcome("UNDECIDED" if unseen else "GOOD")


_PERFORMERS: dict[Verb, Callable[[App, Parameters], Outcome]] = {
    Verb.BACKUP_RUN: _backup_run,
    Verb.BACKUP_STATUS: _backup_status,
    Verb.CHECK_RUN: _check,
    Verb.DRILL_CHALLENGE: lambda app, parameters: _drill(app, parameters, D0),
    Verb.DRILL_RESTORE: lambda app, parameters: _drill(app, parameters, D1),
    Verb.INTEGRITY_SCAN: _scan,
    Verb.SITE_PROBE: _probe,
    Verb.SNAPSHOT_FIND: _find_snapshot,
}
