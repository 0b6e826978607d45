"""Words for alerts: what each kind says, what was known besides, where it leads."""

from urllib.parse import urlencode

from controller.fleet.watch_backups import SILENT, STILL_RUNNING
from controller.fleet.watch_files import (
    BASELINE_DIFFERS,
    CHANGES_SILENCED,
    EVENTS_ROLLED_BACK,
    FILES_CHANGED,
    RANSOMWARE_SUSPECTED,
    WATCHING_GAP,
)
from controller.store.queries_alerts import Alert
from recovery.site_troubles import SiteTrouble
from texts.catalogue import tr
from texts.codes import cause_sentence
from texts.file_words import REASONS, word_of
from wire.text import N_
from wire.verdicts import Cause

ALERTS = {
    "AGENT_SILENT": N_("Agent is silent"),
    "BACKUP_DAMAGED": N_("A backup is damaged or has lost snapshots"),
    "BACKUP_MISSED": N_("Backup missed its RPO"),
    "NO_NEW_POINT": N_("The last backup made no recovery point"),
    "UNPROTECTED_DATA": N_("Data lie in no dataset"),
    SiteTrouble.PROTECTION_LOST.value: N_("A site no longer refuses a stolen credential"),
    SiteTrouble.UNKNOWN_KEY.value: N_("A repository has keys that its facility did not make"),
    SiteTrouble.ROGUE_OBJECTS.value: N_("Foreign objects lie in a repository"),
    SiteTrouble.JANITOR_WARNS.value: N_("A site's janitor warns, or is silent"),
    SiteTrouble.SITE_FILLING.value: N_("A site will be full soon"),
    SiteTrouble.OFFLINE_COPY_OLD.value: N_("The unplugged copy is too old"),
    SiteTrouble.RETENTION_HELD.value: N_("Old recovery points are kept: retention is held"),
    "CLONED": N_("One agent lives twice"),
    "FORK": N_("An agent's chain forks"),
    "LOG_DIFFERS": N_("An agent holds a checkpoint that this log does not contain"),
    "DRILL_FAILED": N_("Recovery drill failed"),
    "CLOCK": N_("Clock is wrong"),
    "GAP": N_("Something was not watched"),
    "LEVEL_DIFFERS": N_("A host is set to another level than the one decided"),
    "ORDER_UNANSWERED": N_("An order ended without an answer"),
    "ATTESTATION_DUE": N_("An attestation ends soon"),
    "ATTESTATION_EXPIRED": N_("An attestation has expired"),
    "EXCEPTION_DUE": N_("An exception ends soon"),
    "WAIVER_EXPIRED": N_("An exception has expired; its row is judged as it is"),
    "EXCEPTION_WAITING": N_("A request for an exception waits for a decision"),
    FILES_CHANGED: N_("Watched files changed, and nothing explains it"),
    RANSOMWARE_SUSPECTED: N_("Files may be under attack by ransomware"),
    WATCHING_GAP: N_("Files are or were not watched"),
    EVENTS_ROLLED_BACK: N_("A host's file events do not go on from what it told before"),
    BASELINE_DIFFERS: N_("A host's baseline is not the one that it told before"),
    CHANGES_SILENCED: N_("A watched path was configured to tell or alarm less"),
}
_DETAILS = {
    STILL_RUNNING: N_("the backup was still running then"),
    SILENT: N_("the agent was silent then"),
}
_COUNTED = {
    SiteTrouble.SITE_FILLING.value: N_("full in {n} days"),
    SiteTrouble.ROGUE_OBJECTS.value: N_("objects: {n}"),
    SiteTrouble.UNKNOWN_KEY.value: N_("keys: {n}"),
    "UNPROTECTED_DATA": N_("places: {n}"),
}
OF_BACKUPS = frozenset(
    {"BACKUP_MISSED", "BACKUP_DAMAGED", "NO_NEW_POINT", *(each.value for each in SiteTrouble)}
)


OF_FILES = frozenset(
    {
        FILES_CHANGED,
        RANSOMWARE_SUSPECTED,
        WATCHING_GAP,
        EVENTS_ROLLED_BACK,
        BASELINE_DIFFERS,
        CHANGES_SILENCED,
    }
)


def alert_word(kind: str) -> str:
    return tr(ALERTS[kind]) if kind in ALERTS else kind


def alert_detail(alert: Alert) -> str:
    """What was known when it was raised; empty where nothing was."""
    if alert.detail in _DETAILS:
        return tr(_DETAILS[alert.detail])
    if alert.kind in {FILES_CHANGED, WATCHING_GAP, CHANGES_SILENCED}:  # where its evidence begins
        return ""
    if alert.kind == RANSOMWARE_SUSPECTED:
        return ", ".join(word_of(REASONS, code) for code in alert.detail.split(":"))
    if alert.kind in _COUNTED and alert.detail.isdecimal():
        return tr(_COUNTED[alert.kind], n=alert.detail)
    return cause_sentence(Cause(alert.detail)) if alert.detail in _CAUSES else alert.detail


def alert_place(alert: Alert) -> str:
    """The page of what an alert is about; empty where it has none."""
    if alert.kind.startswith("ATTESTATION_"):
        return f"/attestations/{alert.subject.partition('.')[0]}"
    if alert.kind in {"EXCEPTION_DUE", "EXCEPTION_WAITING", "WAIVER_EXPIRED"}:
        return f"/exceptions/{alert.subject}"
    if alert.kind in OF_FILES:
        return files_place(alert)
    if alert.kind in OF_BACKUPS:
        return f"/facility/{alert.facility}/backups"
    return f"/facility/{alert.facility}/drills" if alert.kind == "DRILL_FAILED" else ""


def files_place(alert: Alert) -> str:
    """A facility's files, of this host, and of this path if there is one."""
    path = alert.subject if alert.kind in {FILES_CHANGED, CHANGES_SILENCED} else ""
    fields = {"agent": alert.agent, "watched": path, "span": "7d"}
    query = urlencode({name: value for name, value in fields.items() if value})
    return f"/facility/{alert.facility}/files?{query}"


_CAUSES = frozenset(cause.value for cause in Cause)
