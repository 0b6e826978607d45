"""Reads the packs of the sites under the backup's lock, and seals what was read and found."""

import contextlib
from collections.abc import Mapping, Sequence

from agent.backup.records.records import Records, open_records
from agent.backup.result import DatasetResult
from agent.backup.verification import resuming, rotation
from agent.backup.verification.rotation import Choice
from agent.backup.verification.verifying import Verified, failed, verify
from agent.config.model import Dataset
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.backup.backup_job import LOCK, LOOK, chosen, judged, open_sites, restic_at
from agent.daemon.work.backup.backup_statements import backup_statement, verification_statement
from agent.daemon.work.backup.healing_job import Ward, heal
from agent.daemon.work.backup.retention_elsewhere import Attended
from agent.daemon.work.sites.site_state import tell_site_states
from agent.daemon.work.speaking import speak_of_trouble
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.process import Stopper
from agent.sites.door import SiteDoor
from agent.sites.errors import UnknownSiteError
from agent.sites.local import LocalSite
from agent.sites.opening import site_named, workplace_of
from agent.state.lock import hold
from wire.verdicts import Cause


def run(
    app: App, names: Sequence[str] = (), site: str = "", *, everything: bool = False
) -> tuple[tuple[Verified, ...], tuple[DatasetResult, ...]]:
    """Read what is due at every site, or at the one named; judge the datasets again.

    Raises:
        BusyError: a backup is running.
        UnknownSiteError, UnknownDatasetError: there is no such site or dataset.
    """
    datasets, sites = chosen(app, names), open_sites(app)
    looked_at = _those_named(sites, site)
    stopper = Stopper()
    with (
        hold(app.home, LOCK, clock=app.clock),
        contextlib.closing(open_records(app.home, app.clock)) as records,
    ):
        choose = rotation.everything if everything else rotation.portion
        resuming.stop_orphans(workplace_of(app.home), app.clock)
        restics = {door.name: restic_at(app, door, stopper) for door in sites}
        found = tuple(_verify(app, records, door, restics, choose) for door in looked_at)
        for verified in found:
            _take_as_verified(records, datasets, verified)
            tell(app, verification_statement(verified))
        results = tuple(judged(app, records, dataset, sites) for dataset in datasets)
        speak_of_trouble(app, records)
    for result in results:
        tell(app, backup_statement(app.pseudonyms, result, LOOK))
    tell_site_states(app, sites)
    return found, results


def _those_named(sites: tuple[SiteDoor, ...], name: str) -> tuple[SiteDoor, ...]:
    found = tuple(site for site in sites if name in {"", site.name})
    if not found:
        raise UnknownSiteError(name=name, known=", ".join(site.name for site in sites))
    return found


def _verify(
    app: App, records: Records, door: SiteDoor, restics: Mapping[str, Restic], choose: Choice
) -> Verified:
    """A site whose folder is not even there is told without asking restic. Damage is healed."""
    obstacle = door.obstacle()
    if obstacle is not None:
        error = ResticError(obstacle, site=door.name, verb="check")
        return failed(records, door.name, app.clock.now(), error)
    restic, site = restics[door.name], site_named(door.name, app.config.sites)
    if site.maintained_by:  # packs may be gone because space was freed there
        try:
            Attended(app, records, site, restic).hear()
        except ResticError as error:
            return failed(records, door.name, app.clock.now(), error)
    found = verify(restic, records, app.clock, choose)
    if found.cause is not Cause.REPOSITORY_DAMAGED:
        return found
    donors = tuple(one for name, one in restics.items() if name != door.name)
    again = rotation.everything if isinstance(door, LocalSite) else choose
    ward = Ward(app, records, door, restic, donors)
    return heal(ward, found, lambda: verify(restic, records, app.clock, again))


def _take_as_verified(records: Records, datasets: tuple[Dataset, ...], verified: Verified) -> None:
    """A dataset's copy counts as verified from when the last of all packs was read."""
    read_at = verified.oldest_read_at
    if verified.cause is not None or read_at is None:
        return
    for dataset in datasets:
        before = records.verified_at(dataset.name, verified.site)
        held = records.newest_point(dataset.name, verified.site) is not None
        if held and (before is None or before < read_at):
            records.verified(dataset.name, verified.site, read_at)
