"""What a person should hear about, judged by the controller's own clock: raise and clear alerts."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from controller.config.model import Watch
from controller.fleet.alerts import Trouble, clear_alert, raise_alert, trouble_of
from controller.fleet.assign import assignments_expire, renew_assignments
from controller.fleet.province import Province
from controller.fleet.publish_pack import packs_expire, renew_packs
from controller.fleet.watch_backups import Hearing, backup_troubles, told_of_datasets
from controller.fleet.watch_datasets import Configured
from controller.fleet.watch_decisions import expired_exceptions, standing_decisions
from controller.fleet.watch_files import (
    BASELINE_DIFFERS,
    CHANGES_SILENCED,
    EVENTS_ROLLED_BACK,
    FILES_CHANGED,
    RANSOMWARE_SUSPECTED,
    WATCHING_GAP,
    file_troubles,
    is_past_gap,
    looked_again,
)
from controller.fleet.watch_sites import site_alerts, unprotected
from controller.store.engine import Connection
from controller.store.queries_agents import Agent, agents
from controller.store.queries_alerts import Alert, open_alerts
from controller.store.queries_current import current_statements
from controller.store.queries_drills import newest_drills
from controller.store.queries_facilities import System, systems
from controller.store.queries_orders import unanswered_kinds
from controller.store.requests import Presence, presences
from recovery.site_troubles import SiteTrouble
from wire.messages import Configuration
from wire.verdicts import DrillVerdict

STANDING = frozenset(
    {
        "AGENT_SILENT",
        "BACKUP_DAMAGED",
        "BACKUP_MISSED",
        "NO_NEW_POINT",
        "UNPROTECTED_DATA",
        "DRILL_FAILED",
        "LEVEL_DIFFERS",
        "ORDER_UNANSWERED",
        "ATTESTATION_DUE",
        "ATTESTATION_EXPIRED",
        "EXCEPTION_DUE",
        "EXCEPTION_WAITING",
        FILES_CHANGED,
        RANSOMWARE_SUSPECTED,
        WATCHING_GAP,
        *(trouble.value for trouble in SiteTrouble),
    }
)
"""Raised while something is so, cleared when it is not any more."""

EVENTS = frozenset(
    {
        "GAP",
        "FORK",
        "CLONED",
        "LOG_DIFFERS",
        "WAIVER_EXPIRED",
        EVENTS_ROLLED_BACK,
        BASELINE_DIFFERS,
        CHANGES_SILENCED,
    }
)
"""Something that happened: over when a person has acknowledged it."""

_DECISIVE = (DrillVerdict.PASSED, DrillVerdict.FAILED)


def watch(province: Province, served_since: datetime) -> int:
    """Look once; how many alerts were raised or cleared.

    Args:
        province: the controller.
        served_since: since when agents could reach us: who could not speak was not silent.
    """
    now = province.now()
    with province.database.reading() as connection:
        raised, cleared = _differences(province, connection, served_since, now)
        renewing = assignments_expire(connection, now) or packs_expire(connection, now)
    if not raised and not cleared and not renewing:
        return 0
    with province.database.writing() as connection:
        changed = sum(raise_alert(province, connection, trouble, now) for trouble in raised)
        changed += sum(clear_alert(province, connection, trouble, now) for trouble in cleared)
        renew_assignments(province, connection, now)
        renew_packs(province, connection, now)
    return changed


def _differences(
    province: Province, connection: Connection, served_since: datetime, now: datetime
) -> tuple[list[Trouble], list[Trouble]]:
    """What is to be raised, and what to be cleared."""
    standing = set(_standing(province.config.watch, connection, served_since, now))
    alerts = open_alerts(connection)
    known = {trouble_of(alert) for alert in alerts}
    closed = looked_again(connection, alerts)
    over = [
        trouble_of(alert)
        for alert in alerts
        if alert.alert_id in closed or _is_over(alert, standing)
    ]
    happened = set(expired_exceptions(connection, now))
    return sorted((standing | happened) - known, key=repr), over


def _is_over(alert: Alert, standing: set[Trouble]) -> bool:
    if alert.kind in EVENTS or is_past_gap(alert):
        return alert.acknowledged_at is not None
    return alert.kind in STANDING and trouble_of(alert) not in standing


def _standing(
    patience: Watch, connection: Connection, served_since: datetime, now: datetime
) -> Iterator[Trouble]:
    trusted = {agent.code: agent for agent in agents(connection) if agent.revoked_at is None}
    quiet_s = patience.heartbeat_s * patience.missed_heartbeats
    heard = presences(connection)
    silent = _silent(heard, trusted, served_since, now - timedelta(seconds=quiet_s))
    for code in sorted(silent):
        yield Trouble("AGENT_SILENT", trusted[code].facility, code)
    told = told_of_datasets(connection, now)
    yield from backup_troubles(told, Hearing(trusted, heard, silent), now)
    yield from _drills(connection, trusted, told.hosts)
    yield from site_alerts(connection, trusted, now)
    yield from unprotected(connection, trusted)
    for facility, agent, kind in unanswered_kinds(connection, now):
        if agent in trusted:
            yield Trouble("ORDER_UNANSWERED", facility, agent, kind)
    yield from _levels(connection, trusted)
    yield from file_troubles(connection, trusted, heard, now)
    yield from standing_decisions(connection, now)


def _drills(
    connection: Connection, trusted: dict[str, Agent], hosts: Mapping[str, Configured]
) -> Iterator[Trouble]:
    """A drill that could not look says nothing against the failed one before it."""
    for drill in newest_drills(connection, verdicts=_DECISIVE):
        host = hosts.get(drill.agent)
        if host is not None and host.has_left(drill.dataset, drill.log_index):
            continue
        if drill.agent in trusted and drill.verdict is DrillVerdict.FAILED:
            subject = f"{drill.drill_class}.{drill.dataset}.{drill.site}"[:96]
            cause = drill.cause.value if drill.cause else ""
            yield Trouble("DRILL_FAILED", drill.facility, drill.agent, subject, cause)


def _silent(
    heard: Mapping[str, Presence],
    trusted: Mapping[str, Agent],
    served_since: datetime,
    since: datetime,
) -> frozenset[str]:
    return frozenset(
        agent.code
        for agent in trusted.values()
        if max(_last_heard(heard, agent), served_since) < since
    )


def _last_heard(heard: Mapping[str, Presence], agent: Agent) -> datetime:
    return heard[agent.code].heard_at if agent.code in heard else agent.enrolled_at


def _levels(connection: Connection, trusted: dict[str, Agent]) -> Iterator[Trouble]:
    """A host whose own configuration says another level or regime than the province."""
    decided = {(system.facility, system.code): system for system in systems(connection)}
    for statement in current_statements(connection, "configuration"):
        body, agent = statement.body, trusted.get(statement.agent)
        if not isinstance(body, Configuration) or agent is None:
            continue
        for code in sorted(body.levels):
            system = decided.get((agent.facility, code))
            if code not in agent.systems or system is None or _differs(body, code, system):
                yield Trouble("LEVEL_DIFFERS", agent.facility, agent.code, code)


def _differs(body: Configuration, code: str, system: System) -> bool:
    return (body.levels[code], body.regimes.get(code)) != (system.level, system.regime)
