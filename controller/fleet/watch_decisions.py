"""What people decided, watched by the controller's own clock: what ends, has ended, waits."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from controller.fleet.alerts import Trouble
from controller.fleet.judged_rows import catalogue_of
from controller.fleet.province import Province
from controller.fleet.score_systems import store_scores
from controller.store.engine import Connection
from controller.store.queries_alerts import subjects_ever
from controller.store.queries_decisions import (
    Attestation,
    GrantedException,
    Standing,
    attestations,
    exceptions,
)
from controller.store.queries_facilities import systems
from controller.store.queries_fleet import newest_scores

REMINDERS = (("7d", timedelta(days=7)), ("30d", timedelta(days=30)))  # the nearest first
Row = tuple[str, str, str]  # facility, system, control


def standing_decisions(connection: Connection, now: datetime) -> Iterator[Trouble]:
    """What is so now: documents that end or have ended, requests that nobody has decided."""
    recorded = attestations(connection)
    for each in recorded:
        if _is_replaced(each, recorded, now):
            continue
        if each.standing(now) is Standing.EXPIRED:
            yield Trouble("ATTESTATION_EXPIRED", each.facility, "", each.attestation_id)
        elif each.standing(now) is Standing.IN_FORCE:
            yield from _reminder(each, now)
    for asked in exceptions(connection):
        if asked.standing(now) is Standing.WAITING:
            yield Trouble("EXCEPTION_WAITING", asked.facility, "", asked.exception_id)


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


def _reminder(each: Attestation, now: datetime) -> Iterator[Trouble]:
    left = each.valid_until - now
    for name, before in REMINDERS:
        if left <= before:
            subject = f"{each.attestation_id}.{name}"
            yield Trouble("ATTESTATION_DUE", each.facility, "", subject)
            return


def _is_replaced(each: Attestation, recorded: Iterable[Attestation], now: datetime) -> bool:
    """Whether later documents that leave no gap cover all of its rows."""
    later = [
        other
        for other in recorded
        if other.facility == each.facility
        and other.withdrawn_at is None
        and other.valid_until > each.valid_until
        and other.valid_from <= max(now, each.valid_until)
        and other.system in ("", each.system)
    ]
    return all(any(control in other.controls for other in later) for control in each.controls)


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
