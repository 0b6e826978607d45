"""Raise and clear alerts as logged acts; one open alert for one cause."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from controller.errors import UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.province import CONTROLLER, Province
from controller.store.engine import Connection
from controller.store.queries_alerts import Alert, find_alert, open_alerts
from wire.acts import AlertAcknowledged, AlertCleared, AlertRaised

Severity = Literal["critical", "warning", "info"]

SEVERITY: dict[str, Severity] = {
    "AGENT_SILENT": "critical",
    "BACKUP_DAMAGED": "critical",
    "BACKUP_MISSED": "critical",
    "CLONED": "critical",
    "FORK": "critical",
    "LOG_DIFFERS": "critical",
    "NO_NEW_POINT": "critical",
    "PROTECTION_LOST": "critical",
    "UNKNOWN_KEY": "critical",
    "DRILL_FAILED": "critical",
    "RANSOMWARE_SUSPECTED": "critical",
    "EVENTS_ROLLED_BACK": "critical",
    "BASELINE_DIFFERS": "critical",
    "FILES_CHANGED": "warning",
    "WATCHING_GAP": "warning",
    "CLOCK": "warning",
    "LEVEL_DIFFERS": "warning",
    "GAP": "warning",
    "ORDER_UNANSWERED": "warning",
    "ROGUE_OBJECTS": "warning",
    "JANITOR_WARNS": "warning",
    "SITE_FILLING": "warning",
    "OFFLINE_COPY_OLD": "warning",
    "UNPROTECTED_DATA": "warning",
    "ATTESTATION_DUE": "warning",
    "ATTESTATION_EXPIRED": "warning",
    "EXCEPTION_DUE": "warning",
    "WAIVER_EXPIRED": "warning",
    "CHANGES_SILENCED": "info",
    "EXCEPTION_WAITING": "info",
    "RETENTION_HELD": "info",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an alert is about; two with the same fields are one alert."""

    kind: str
    facility: str
    agent: str
    subject: str = ""
    detail: str = field(default="", compare=False)  # what else is known now; kept as it was then


def trouble_of(alert: Alert) -> Trouble:
    return Trouble(alert.kind, alert.facility, alert.agent, alert.subject)


def raise_alert(
    province: Province, connection: Connection, trouble: Trouble, now: datetime
) -> bool:
    """Raise it unless it is open already; whether it was raised."""
    if any(trouble_of(alert) == trouble for alert in open_alerts(connection, trouble.facility)):
        return False
    act = AlertRaised(
        alert_id=province.new_id("alert"),
        kind=trouble.kind,
        severity=SEVERITY[trouble.kind],
        facility=trouble.facility,
        agent=trouble.agent,
        subject=trouble.subject,
        detail=trouble.detail,
    )
    log_acts(province, connection, CONTROLLER, [act], now)
    return True


def clear_alert(
    province: Province, connection: Connection, trouble: Trouble, now: datetime
) -> bool:
    """Clear it if it is open; whether it was."""
    for alert in open_alerts(connection, trouble.facility):
        if trouble_of(alert) == trouble:
            act = AlertCleared(alert.alert_id, alert.facility)
            log_acts(province, connection, CONTROLLER, [act], now)
            return True
    return False


def acknowledge(province: Province, by: str, alert_id: str) -> None:
    """A person has seen an alert.

    Raises:
        UnknownThingError: there is no such alert.
    """
    with province.database.writing() as connection:
        alert = find_alert(connection, alert_id)
        if alert is None:
            raise UnknownThingError(what="alert", code=alert_id)
        if alert.acknowledged_at is None:
            act = AlertAcknowledged(alert_id, alert.facility)
            log_acts(province, connection, by, [act], province.now())
