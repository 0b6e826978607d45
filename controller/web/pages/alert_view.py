"""Open alerts with what is known now: the dataset's name, its host, how far its backup is."""

from dataclasses import dataclass

from sqlalchemy import Connection

from controller.fleet.watch_files import (
    BASELINE_DIFFERS,
    CHANGES_SILENCED,
    EVENTS_ROLLED_BACK,
    FILES_CHANGED,
    HAPPENED,
    WATCHING_GAP,
    is_past_gap,
)
from controller.store.queries_agents import agents
from controller.store.queries_alerts import Alert
from controller.store.queries_current import current_statements
from controller.store.queries_file_events import Place, changed_in_hours, changed_since
from controller.store.queries_file_watching import watched_paths
from controller.store.requests import presences
from controller.web.pages.file_words import BREAKS, GAP_REASONS
from texts.file_words import word_of
from wire.messages import Backup, Running

_OF_BACKUPS = {"BACKUP_MISSED", "BACKUP_DAMAGED", "NO_NEW_POINT"}
_OF_PSEUDONYMS = {*_OF_BACKUPS, FILES_CHANGED, WATCHING_GAP, CHANGES_SILENCED}
_SHORT = 9  # a pseudonym's beginning is enough to tell two apart


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert; `running` is the backup that the host says is at work at this moment."""

    alert: Alert
    host: str
    about: str
    running: Running | None
    files: int | None = None  # unexplained changed files since it was raised


def shown(connection: Connection, alerts: list[Alert], facility: str | None) -> list[AlertView]:
    """As their readers know things: names only where the facility discloses them."""
    hosts = {agent.code: agent.host for agent in agents(connection)}
    names = {
        (said.agent, said.subject): said.body.name
        for said in current_statements(connection, "backup", facility)
        if isinstance(said.body, Backup) and said.body.name
    }
    names |= {
        (path.agent, path.watched): path.path
        for path in watched_paths(connection, facility)
        if path.path
    }
    heard = presences(connection)
    return [
        AlertView(
            alert=alert,
            host=hosts.get(alert.agent, alert.agent),
            about=names.get((alert.agent, alert.subject)) or _short(alert),
            files=_files(connection, alert),
            running=_running(alert, heard[alert.agent].runs(alert.subject))
            if alert.agent in heard
            else None,
        )
        for alert in alerts
    ]


def _files(connection: Connection, alert: Alert) -> int | None:
    """Counted on while the alert is open, from where its evidence begins; never less than before.

    Of a host in a storm the newest rows are kept: then its sums by the hour are the larger ones.
    """
    if alert.kind != FILES_CHANGED or alert.cleared_at is not None or not alert.detail.isdecimal():
        return None
    place = Place(alert.facility, alert.agent, alert.subject)
    rows = changed_since(connection, place, int(alert.detail))
    return max(rows, changed_in_hours(connection, place, alert.raised_at))


def _running(alert: Alert, running: Running | None) -> Running | None:
    return running if alert.cleared_at is None and alert.kind == "BACKUP_MISSED" else None


def _short(alert: Alert) -> str:
    """A pseudonym by its beginning; a site, a row, an order, a gap as it is called."""
    if alert.kind in {EVENTS_ROLLED_BACK, BASELINE_DIFFERS}:
        return word_of(BREAKS, alert.subject)
    if is_past_gap(alert):
        return word_of(GAP_REASONS, alert.subject.removeprefix(HAPPENED))
    is_pseudonym = alert.kind in _OF_PSEUDONYMS and bool(alert.subject)
    return f"{alert.subject[:_SHORT]}…" if is_pseudonym else alert.subject
