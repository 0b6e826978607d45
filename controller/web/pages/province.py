"""The province: which facility is silent, late, red or under attack, on one screen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from compliance.aggregate import Aggregate, SystemResult, aggregate
from compliance.logged import SystemKey
from controller.fleet.judge import judged_backups
from controller.fleet.watch_files import RANSOMWARE_SUSPECTED
from controller.store.queries_alerts import Alert, open_alerts
from controller.store.queries_facilities import Facility, System, facilities, systems
from controller.store.queries_fleet import StoredScore, agents_by_facility, newest_scores
from controller.web.pages import recovery_view
from controller.web.pages.place import Place, behind_login, may_see, place, viewer
from controller.web.pages.rendering import page
from controller.web.pages.site_map import province_map
from wire.verdicts import BackupVerdict, Separation


@dataclass(frozen=True, slots=True)
class SystemRow:
    """A system with its newest stored score; None: never scored."""

    system: System
    stored: StoredScore | None

    @property
    def result(self) -> SystemResult:
        key, level = SystemKey(self.system.facility, self.system.code), self.system.level
        if self.stored is None:
            return SystemResult(key, level)
        raw = self.stored.score if self.stored.raw is None else self.stored.raw
        return SystemResult(key, level, self.stored.score, raw, self.stored.coverage)


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """One facility, as one line."""

    facility: Facility
    agents: int
    systems: tuple[SystemRow, ...]
    alerts: tuple[Alert, ...]
    backup: BackupVerdict | None
    separation: Separation | None

    @property
    def critical(self) -> int:
        return sum(alert.severity == "critical" for alert in self.alerts)

    @property
    def under_attack(self) -> bool:
        """Whether a host suspects that somebody encrypts its files now."""
        return any(alert.kind == RANSOMWARE_SUSPECTED for alert in self.alerts)

    @property
    def together(self) -> Aggregate:
        return aggregate(each.result for each in self.systems)


def show_province(request: Request) -> Response:
    person, here = viewer(request), place(request)
    with here.database.reading() as connection:
        rows = [row for row in _rows(connection, here) if may_see(person, row.facility.code)]
        looks = recovery_view.sites(connection)
    rows.sort(key=_urgency)
    return page(
        request,
        "province.html",
        province=here.province.config.name,
        rows=rows,
        together=aggregate(each.result for row in rows for each in row.systems),
        counts=Counter(row.backup for row in rows),
        verdicts=tuple(BackupVerdict),
        critical=sum(row.critical for row in rows),
        under_attack=sum(row.under_attack for row in rows),
        map=province_map(looks, {row.facility.code: row.facility.name for row in rows}, here.now()),
    )


def _urgency(row: FacilityRow) -> tuple[bool, int, int, str]:
    """Who may be under attack stands first, then who has most critical alerts, then most."""
    return not row.under_attack, -row.critical, -len(row.alerts), row.facility.code


def _rows(connection: Connection, here: Place) -> Iterable[FacilityRow]:
    agents, alerts = agents_by_facility(connection), open_alerts(connection)
    by_system = {(row.facility, row.system): row for row in newest_scores(connection)}
    backups, looks = judged_backups(connection, here.now()), recovery_view.sites(connection)
    known = systems(connection)
    for facility in facilities(connection):
        code = facility.code
        yield FacilityRow(
            facility=facility,
            agents=agents.get(code, 0),
            systems=tuple(
                SystemRow(system, by_system.get((code, system.code)))
                for system in known
                if system.facility == code
            ),
            alerts=tuple(alert for alert in alerts if alert.facility == code),
            backup=recovery_view.worst_backup(
                each for each in backups if each.statement.facility == code
            ),
            separation=recovery_view.worst_sites(
                look for look in looks if look.header.facility == code
            ),
        )


ROUTES = (Route("/", behind_login(show_province), methods=["GET"]),)
