"""Watched files as alerts: unexplained changes, an attack, times not watched, events rolled back.

Unexplained changes of one watched path are one alert, however many follow: its count grows. Seen by
a person, it stays for a while and then ends; whatever changed since raises the next one. Accepted
at the facility, it ends at once.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from controller.fleet.alerts import Trouble
from controller.store.engine import Connection
from controller.store.queries_agents import Agent
from controller.store.queries_alerts import Alert, is_open, newest_alerts
from controller.store.queries_current import current_statements
from controller.store.queries_file_events import Place, first_unexplained, gaps_left
from controller.store.queries_file_watching import (
    OPEN,
    KnownSuspicion,
    WatchedPath,
    event_breaks,
    event_chain,
    gaps_from,
    open_suspicions,
    paths_changed,
    paths_silenced,
    suspicions_from,
    watched_paths,
)
from controller.store.requests import Presence
from wire.approval_chain import ApprovalBreak
from wire.event_chain import rolled_back
from wire.messages import Heartbeat, IntegrityScan

FILES_CHANGED = "FILES_CHANGED"
RANSOMWARE_SUSPECTED = "RANSOMWARE_SUSPECTED"
WATCHING_GAP = "WATCHING_GAP"
EVENTS_ROLLED_BACK = "EVENTS_ROLLED_BACK"
BASELINE_DIFFERS = "BASELINE_DIFFERS"
CHANGES_SILENCED = "CHANGES_SILENCED"  # an act: whoever attacks would do that first
HAPPENED = "gap."  # before the reason of a gap that is past; else a path, or the whole host
OFF, LOOKS = "off", "looks"  # how a path is watched: not at all; only looked at now and then
UNWATCHED = f"{HAPPENED}unwatched"  # an act, not a time: no look ever makes up for it
OFF_FOR = timedelta(minutes=3)  # so long a host may say that it does not watch
SEEN_FOR = timedelta(hours=1)  # an alert that a person has seen goes on for so long
_AT_ONCE = timedelta(seconds=5)
_OF_BASELINES = frozenset(ApprovalBreak)
_LONGEST_CODE = 96
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def told_troubles(
    connection: Connection, facility: str, agent: str, since_index: int
) -> Iterator[Trouble]:
    """What follows from the entries of one batch, from this place of the log on."""
    for suspicion in suspicions_from(connection, agent, since_index):
        if suspicion.body.state == OPEN:
            yield _suspected(suspicion)
    for broken in event_breaks(connection, facility, since_index):
        if broken.agent == agent:
            kind = BASELINE_DIFFERS if broken.reason in _OF_BASELINES else EVENTS_ROLLED_BACK
            yield Trouble(kind, facility, agent, broken.reason)
    for gap in gaps_from(connection, agent, since_index):
        subject = f"{HAPPENED}{gap.reason}"[:_LONGEST_CODE]
        yield Trouble(WATCHING_GAP, facility, agent, subject, str(since_index))
    for path in paths_silenced(connection, agent, since_index):
        evidence = str(path.silenced_index)
        yield Trouble(CHANGES_SILENCED, facility, agent, path.watched, evidence)
    for path in paths_changed(connection, agent, since_index):
        told = is_open(connection, FILES_CHANGED, agent, path.watched)
        if path.has_unexplained and not told:
            yield _changed(connection, path, since_index, _EVER)


def heartbeat_trouble(connection: Connection, heartbeat: Heartbeat) -> Trouble | None:
    """A host that says its newest event is older, or another one, than it had told us.

    A heartbeat that was made while it told of events may hold the end before them.
    """
    told = event_chain(connection, heartbeat.agent)
    if told is None or abs(heartbeat.made_at - told[1]) < _AT_ONCE:
        return None
    said = (heartbeat.incarnation, heartbeat.events_last, heartbeat.events_head)
    broken = rolled_back(told[0], *said) if heartbeat.watching else None
    if broken is None:
        return None
    return Trouble(EVENTS_ROLLED_BACK, heartbeat.facility, heartbeat.agent, broken.value)


def file_troubles(
    connection: Connection,
    trusted: Mapping[str, Agent],
    heard: Mapping[str, Presence],
    now: datetime,
) -> Iterator[Trouble]:
    """What is so now, of hosts that may be believed."""
    paths = [path for path in watched_paths(connection) if path.agent in trusted]
    yield from _unexplained(connection, paths, now)
    off = {code for code in trusted if code in heard and _is_off(heard[code], now)}
    yield from _not_watched(paths, trusted, off)
    for suspicion in open_suspicions(connection):
        if suspicion.agent in trusted:
            yield _suspected(suspicion)


def looked_again(connection: Connection, alerts: Collection[Alert]) -> frozenset[str]:
    """Ids of alerts on past gaps that a look at everything has closed since.

    Who changed something in that time stays unknown, and the time stays a gap on the page.
    """
    waiting = [alert for alert in alerts if is_past_gap(alert) and alert.subject != UNWATCHED]
    scanned = {agent: _scanned_since(connection, agent) for agent in {a.agent for a in waiting}}
    return frozenset(
        alert.alert_id
        for alert in waiting
        if scanned[alert.agent] > alert.raised_index or _closed(connection, alert)
    )


def _scanned_since(connection: Connection, agent: str) -> int:
    """From which place of the log on all its paths were compared without a gap; -1: never."""
    said = current_statements(connection, "integrity", agent=agent)
    scans = [(each.log_index, each.body) for each in said if isinstance(each.body, IntegrityScan)]
    return min((-1 if body.gaps else index for index, body in scans), default=-1)


def _closed(connection: Connection, alert: Alert) -> bool:
    """Whether the host itself says that it has looked: of every path that it named a gap of."""
    told_from = int(alert.detail) if alert.detail.isdecimal() else alert.raised_index
    closed, left = gaps_left(connection, alert.agent, told_from)
    return bool(closed) and not left


def is_past_gap(alert: Alert) -> bool:
    return alert.kind == WATCHING_GAP and alert.subject.startswith(HAPPENED)


def _unexplained(
    connection: Connection, paths: Collection[WatchedPath], now: datetime
) -> Iterator[Trouble]:
    last = newest_alerts(connection, FILES_CHANGED)
    for path in paths:
        alert = last.get((path.agent, path.watched))
        if path.has_unexplained and _waits(alert, path, now):
            since_index = 0 if alert is None else alert.raised_index
            yield _changed(connection, path, since_index, _seen_at(alert) or _EVER)


def _is_off(presence: Presence, now: datetime) -> bool:
    """A host that has only just begun may not watch yet."""
    since = presence.watching_since
    return presence.watching == OFF and since is not None and now - since >= OFF_FOR


def _not_watched(
    paths: Collection[WatchedPath], trusted: Mapping[str, Agent], off: Collection[str]
) -> Iterator[Trouble]:
    """A host that does not watch, or not all that it should; and each path that it names itself."""
    for code in sorted(off):
        yield Trouble(WATCHING_GAP, trusted[code].facility, code)
    for path in paths:
        if path.watching == OFF:
            yield Trouble(WATCHING_GAP, path.facility, path.agent, path.watched)


def _waits(last: Alert | None, path: WatchedPath, now: datetime) -> bool:
    """Whether nobody has seen the newest change, or somebody only just has."""
    if last is None:
        return True
    if last.cleared_at is None:
        return last.acknowledged_at is None or now < last.acknowledged_at + SEEN_FOR
    seen_at = _seen_at(last)
    return path.changed_at is not None and seen_at is not None and path.changed_at > seen_at


def _seen_at(last: Alert | None) -> datetime | None:
    """Until when somebody knows what changed: it was seen, or else it was accepted."""
    return None if last is None else last.acknowledged_at or last.cleared_at


def _changed(
    connection: Connection, path: WatchedPath, since_index: int, received_at: datetime
) -> Trouble:
    """Its detail is the place of the first evidence: what is counted is counted from there."""
    place = Place(path.facility, path.agent, path.watched)
    first = first_unexplained(connection, place, since_index, received_at)
    detail = str(path.changed_index if first is None else first)
    return Trouble(FILES_CHANGED, place.facility, place.agent, place.watched, detail)


def _suspected(suspicion: KnownSuspicion) -> Trouble:
    reasons = ":".join(suspicion.body.reasons)[:_LONGEST_CODE].rstrip(":")
    place = (suspicion.facility, suspicion.agent, suspicion.body.id)
    return Trouble(RANSOMWARE_SUSPECTED, *place, reasons)
