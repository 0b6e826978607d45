"""Heals a site that was found damaged, from the others, and reads it again."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.backup.records.records import Records
from agent.backup.verification import healing
from agent.backup.verification.healing import Patient
from agent.backup.verification.verifying import Verified, failed
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites.door import SiteDoor
from agent.sites.local import LocalSite
from wire.messages import Gap
from wire.verdicts import Cause

PACKS_REPLACED = "PACKS_REPLACED"
_MOST_ROUNDS = 8  # a reading may end at the first bad pack


@dataclass(frozen=True, slots=True)
class Ward:
    """Where the damage is, and who may have what is missing there."""

    app: App
    records: Records
    door: SiteDoor
    restic: Restic
    donors: tuple[Restic, ...]


def heal(ward: Ward, found: Verified, read_again: Callable[[], Verified]) -> Verified:
    """What the reading after the treatment found; the damage stands until one is good."""
    for _ in range(_MOST_ROUNDS):
        try:
            _treat(ward, found.bad)
        except ResticError as error:
            return failed(ward.records, ward.door.name, ward.app.clock.now(), error)
        before, found = found, read_again()
        if found.cause is not Cause.REPOSITORY_DAMAGED or found.bad == before.bad:
            break
    return found


def _treat(ward: Ward, suspects: tuple[str, ...]) -> None:
    app, site = ward.app, ward.door.name
    folder = ward.door.path if isinstance(ward.door, LocalSite) else None
    evidence = healing.evidence_folder(app.home.state_dir, site, app.clock)
    treated = healing.treat(Patient(ward.restic, folder, evidence), ward.donors, suspects)
    ward.records.pack_ledger(site).replaced(treated.aside)
    if treated.aside:
        now, count = app.clock.now(), len(treated.aside)
        tell(app, Gap(subject=f"site.{site}", reason=PACKS_REPLACED, to_at=now, count=count))
