"""What people decided, watched by the controller's own clock: what ends, has ended, waits."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from compliance.reminders import Due, DueKind, due_soon, intervals_of, over
from controller.fleet.alerts import Trouble
from controller.fleet.evidence import decided_evidence
from controller.fleet.judged_rows import catalogue_of
from controller.fleet.province import Province
from controller.fleet.score_systems import store_scores
from controller.store.catalogues import adopted_catalogues
from controller.store.engine import Connection
from controller.store.queries_alerts import subjects_ever
from controller.store.queries_decisions import (
    GrantedException,
    Standing,
    attestations,
    exceptions,
)
from controller.store.queries_facilities import systems
from controller.store.queries_fleet import newest_scores

REMINDERS = (("7d", timedelta(days=7)), ("30d", timedelta(days=30)))  # the nearest first
_FARTHEST = REMINDERS[-1][1]
_SOON = REMINDERS[0][1]  # of exceptions: many are short
Row = tuple[str, str, str]  # facility, system, control


def standing_decisions(connection: Connection, now: datetime) -> Iterator[Trouble]:
    """What is so now: what ends soon, documents that have ended, requests nobody has decided."""
    evidence = decided_evidence(connection)
    intervals = _intervals(connection) if evidence.decisions else {}
    for due in _nearest(due_soon(evidence, now, _FARTHEST, intervals)):
        yield from _reminder(due, due.ends_at - now)
    for due in over(evidence, now, intervals):
        yield Trouble("ATTESTATION_EXPIRED", due.facility, "", due.id)
    for asked in exceptions(connection):
        if asked.standing(now) is Standing.WAITING:
            yield Trouble("EXCEPTION_WAITING", asked.facility, "", asked.exception_id)


def _intervals(connection: Connection) -> dict[str, timedelta]:
    found: dict[str, timedelta] = {}
    for catalogue in adopted_catalogues(connection):
        found |= intervals_of(catalogue)
    return found


def _nearest(soon: Iterable[Due]) -> list[Due]:
    """One of each document, though it may end at another time for each of its rows."""
    first: dict[str, Due] = {}
    for due in soon:
        first.setdefault(due.id, due)
    return list(first.values())


def _reminder(due: Due, left: timedelta) -> Iterator[Trouble]:
    if due.kind is not DueKind.ATTESTATION:
        if left <= _SOON:
            yield Trouble("EXCEPTION_DUE", due.facility, "", due.id)
        return
    name = next(name for name, before in REMINDERS if left <= before)
    yield Trouble("ATTESTATION_DUE", due.facility, "", f"{due.id}.{name}")


def expired_exceptions(connection: Connection, now: datetime) -> Iterator[Trouble]:
    """What has ended by itself, once: a later exception of the same row takes its place."""
    told = subjects_ever(connection, "WAIVER_EXPIRED")
    for asked in _last_of_each_row(exceptions(connection)):
        if asked.standing(now) is Standing.EXPIRED and asked.exception_id not in told:
            yield Trouble("WAIVER_EXPIRED", asked.facility, "", asked.exception_id)


def score_what_changed(province: Province) -> int:
    """Score again where a decision began or ended to count since; how many systems that were.

    A stored score is as old as its moment: without this a waiver that has expired would go on
    shining from the stored one until the next round.
    """
    now = province.now()
    with province.database.reading() as connection:
        places = _changed(connection, now)
    for facility, system in places:
        store_scores(province, facility, system)
    return len(places)


def _last_of_each_row(asked: Iterable[GrantedException]) -> list[GrantedException]:
    """Of the approved ones; what was ended early is over by a person's own act."""
    last: dict[Row, GrantedException] = {}
    for each in asked:
        row = (each.facility, each.system, each.control)
        if each.approved and (row not in last or each.expires_at > last[row].expires_at):
            last[row] = each
    return list(last.values())


def _changed(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    moments: dict[str, list[tuple[str, datetime]]] = {}
    for facility, system, moment in chain(
        _exception_moments(connection), _attestation_moments(connection)
    ):
        if moment <= now:
            moments.setdefault(facility, []).append((system, moment))
    due = {
        (row.facility, row.system)
        for row in newest_scores(connection)
        for system, moment in moments.get(row.facility, ())
        if system in ("", row.system) and row.judged_at <= moment and row.judged_at < now
    }
    return [
        (system.facility, system.code)
        for system in (systems(connection) if due else [])
        if (system.facility, system.code) in due and catalogue_of(connection, system) is not None
    ]


def _exception_moments(connection: Connection) -> Iterator[tuple[str, str, datetime]]:
    """When an approved exception begins and ceases to count."""
    for each in exceptions(connection):
        if each.approved:
            for moment in (each.decided_at, each.expires_at, each.ended_at):
                if moment is not None:
                    yield each.facility, each.system, moment


def _attestation_moments(connection: Connection) -> Iterator[tuple[str, str, datetime]]:
    for each in attestations(connection):
        for moment in (each.recorded_at, each.valid_from, each.valid_until, each.withdrawn_at):
            if moment is not None:
                yield each.facility, each.system, moment
