"""Backups and sites as pages show them: judged again with the controller's clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from controller.fleet.judge import JudgedBackup
from controller.store.queries_current import current_statements
from wire.header import Header
from wire.messages import SiteEvidence
from wire.verdicts import BackupVerdict, Separation

_WORST_BACKUP_FIRST = (
    BackupVerdict.RED,
    BackupVerdict.UNKNOWN,
    BackupVerdict.DEGRADED,
    BackupVerdict.GREEN,
)
_WORST_SITES_FIRST = (
    Separation.NOT_SEPARATE,
    Separation.SUSPECT,
    Separation.INCONCLUSIVE,
    Separation.SEPARATE,
)


@dataclass(frozen=True, slots=True)
class SitesView:
    """One agent's newest look at its sites."""

    log_index: int
    header: Header
    body: SiteEvidence


def sites(connection: Connection, facility: str | None = None) -> list[SitesView]:
    return [
        SitesView(said.log_index, said.header, said.body)
        for said in current_statements(connection, "sites", facility)
        if isinstance(said.body, SiteEvidence)
    ]


def worst_backup(judged: Iterable[JudgedBackup]) -> BackupVerdict | None:
    """None: no dataset that a host still has was ever told of."""
    verdicts = {each.judgement.verdict for each in judged if not each.left}
    return next((verdict for verdict in _WORST_BACKUP_FIRST if verdict in verdicts), None)


def worst_sites(views: Iterable[SitesView]) -> Separation | None:
    """None: nobody ever looked."""
    verdicts = {view.body.verdict for view in views}
    return next((verdict for verdict in _WORST_SITES_FIRST if verdict in verdicts), None)
