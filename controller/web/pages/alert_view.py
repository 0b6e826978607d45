"""Open alerts with what is known now: the dataset's name, its host, how far its backup is."""

from dataclasses import dataclass

from sqlalchemy import Connection

from controller.store.queries_agents import agents
from controller.store.queries_alerts import Alert
from controller.store.queries_current import current_statements
from controller.store.requests import presences
from wire.messages import Backup, Running

_SHORT = 9  # a pseudonym's beginning is enough to tell two apart


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert; `running` is the backup that the host says is at work at this moment."""

    alert: Alert
    host: str
    about: str
    running: Running | None


def shown(connection: Connection, alerts: list[Alert], facility: str | None) -> list[AlertView]:
    """As their readers know things: names only where the facility discloses them."""
    hosts = {agent.code: agent.host for agent in agents(connection)}
    names = {
        (said.agent, said.subject): said.body.name
        for said in current_statements(connection, "backup", facility)
        if isinstance(said.body, Backup) and said.body.name
    }
    heard = presences(connection)
    return [
        AlertView(
            alert=alert,
            host=hosts.get(alert.agent, alert.agent),
            about=names.get((alert.agent, alert.subject)) or _short(alert),
            running=_running(alert, heard[alert.agent].runs(alert.subject))
            if alert.agent in heard
            else None,
        )
        for alert in alerts
    ]


def _running(alert: Alert, running: Running | None) -> Running | None:
    return running if alert.cleared_at is None and alert.kind == "BACKUP_MISSED" else None


def _short(alert: Alert) -> str:
    """A pseudonym by its beginning; a site, a row, an order as it is called."""
    is_pseudonym = alert.kind in {"BACKUP_MISSED", "BACKUP_DAMAGED", "NO_NEW_POINT"}
    return f"{alert.subject[:_SHORT]}…" if is_pseudonym else alert.subject
