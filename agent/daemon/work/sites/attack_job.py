"""Attacks every site with the agent's own credential, and remembers what protects it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.backup.protection import remember
from agent.backup.records.records import open_records
from agent.backup.records.site_facts import Attacked
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import LOCK as BACKUP
from agent.errors import BusyError
from agent.sites.attack.attacking import Means, attack
from agent.sites.attack.attacks import AttackResult
from agent.sites.door import SiteDoor
from agent.state.lock import hold


@dataclass(frozen=True, slots=True)
class SiteAttack:
    """What was tried at one site, and when."""

    site: str
    kind: str
    result: AttackResult
    attacked_at: datetime


def run(app: App, doors: Sequence[SiteDoor]) -> tuple[SiteAttack, ...]:
    """Attack those that hold a repository; none while a backup works there.

    Where this host maintains a site, its credential may delete there: that is no protection's test.
    """
    maintained = {site.name for site in app.config.sites if site.maintenance is not None}
    try:
        with (
            hold(app.home, BACKUP, clock=app.clock),
            contextlib.closing(open_records(app.home, app.clock)) as records,
        ):
            made = [door for door in doors if records.repository(door.name) is not None]
            made = [door for door in made if door.name not in maintained]
            means = Means(app.clock, app.entropy)
            attacks = [
                SiteAttack(door.name, door.kind, attack(door, means), app.clock.now())
                for door in made
            ]
            for door, one in zip(made, attacks, strict=True):
                remember(records.site_facts(), door, _fact(door, one.result), one.attacked_at)
    except BusyError:
        return ()
    return tuple(attacks)


def _fact(door: SiteDoor, result: AttackResult) -> Attacked:
    return Attacked(door.place, result.protection, result.succeeded, result.refused, result.reason)
