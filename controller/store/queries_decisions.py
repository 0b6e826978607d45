"""Attestations and exceptions as people see them: with who, when, and how each stands now."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from controller.store.tables.decisions import ATTESTATION, EXCEPTION


class Standing(StrEnum):
    """How a decision of people stands at one moment."""

    WAITING = "waiting"
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    ENDED = "ended"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person's statement with a document; `system` is empty for all of the facility's."""

    attestation_id: str
    facility: str
    system: str
    controls: tuple[str, ...]
    document: str
    document_sha256: str
    valid_from: datetime
    valid_until: datetime
    recorded_by: str
    recorded_at: datetime
    recorded_index: int
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_index: int | None
    withdrawal: str | None

    def standing(self, now: datetime) -> Standing:
        if self.withdrawn_at is not None:
            return Standing.ENDED
        if now >= self.valid_until:
            return Standing.EXPIRED
        return Standing.NOT_YET if now < self.valid_from else Standing.IN_FORCE

    def covers(self, system: str, control: str) -> bool:
        return self.system in ("", system) and control in self.controls


@dataclass(frozen=True, slots=True)
class GrantedException:
    """A waiver, or a row declared not to apply: asked for by one person, decided by another."""

    exception_id: str
    facility: str
    system: str
    control: str
    kind: str  # waiver | not_applicable
    reason: str
    text: str
    measure: str
    expires_at: datetime
    requested_by: str
    requested_at: datetime
    requested_index: int
    approved: bool | None
    decided_by: str | None
    decided_at: datetime | None
    decided_index: int | None
    decision: str | None
    ended_by: str | None
    ended_at: datetime | None
    ended_index: int | None
    ending: str | None

    def standing(self, now: datetime) -> Standing:
        if self.ended_at is not None:
            return Standing.ENDED
        if self.approved is False:
            return Standing.REFUSED
        if now >= self.expires_at:
            return Standing.EXPIRED
        return Standing.IN_FORCE if self.approved else Standing.WAITING


def attestations(connection: Connection, facility: str | None = None) -> list[Attestation]:
    """Of one facility, or of all; the one that ends first stands first."""
    column = ATTESTATION.c
    query = select(ATTESTATION).order_by(column.valid_until, column.recorded_index)
    if facility is not None:
        query = query.where(column.facility == facility)
    return [_attestation(row) for row in connection.execute(query)]


def find_attestation(connection: Connection, attestation_id: str) -> Attestation | None:
    query = select(ATTESTATION).where(ATTESTATION.c.attestation_id == attestation_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _attestation(row)


def exceptions(connection: Connection, facility: str | None = None) -> list[GrantedException]:
    """Of one facility, or of all; the one that ends first stands first."""
    column = EXCEPTION.c
    query = select(EXCEPTION).order_by(column.expires_at, column.requested_index)
    if facility is not None:
        query = query.where(column.facility == facility)
    return _exceptions(connection, query)


def exceptions_of(
    connection: Connection, facility: str, system: str, control: str
) -> list[GrantedException]:
    """All that were ever asked for about one row of one system, newest first."""
    column = EXCEPTION.c
    query = select(EXCEPTION).where(
        column.facility == facility, column.system == system, column.control == control
    )
    return _exceptions(connection, query.order_by(column.requested_index.desc()))


def find_exception(connection: Connection, exception_id: str) -> GrantedException | None:
    query = select(EXCEPTION).where(EXCEPTION.c.exception_id == exception_id)
    return next(iter(_exceptions(connection, query)), None)


def decision_places(connection: Connection, facility: str) -> list[int]:
    """Where in the log the acts stand that decide what counts for a facility."""
    queries = (
        select(ATTESTATION.c.recorded_index, ATTESTATION.c.withdrawn_index).where(
            ATTESTATION.c.facility == facility
        ),
        select(
            EXCEPTION.c.requested_index, EXCEPTION.c.decided_index, EXCEPTION.c.ended_index
        ).where(EXCEPTION.c.facility == facility),
    )
    rows = [row for query in queries for row in connection.execute(query)]
    return [place for row in rows for place in row if place is not None]


def open_places(connection: Connection) -> list[int]:
    """Where the acts stand of what nobody has withdrawn, refused or ended, of all facilities."""
    attestation, asked = ATTESTATION.c, EXCEPTION.c
    queries = (
        select(attestation.recorded_index).where(attestation.withdrawn_at.is_(None)),
        select(asked.requested_index, asked.decided_index).where(
            asked.approved, asked.ended_at.is_(None)
        ),
    )
    return [place for query in queries for row in connection.execute(query) for place in row]


def _exceptions(connection: Connection, query: Select[Any]) -> list[GrantedException]:
    names = GrantedException.__dataclass_fields__
    rows = connection.execute(query)
    return [GrantedException(**{name: getattr(row, name) for name in names}) for row in rows]


def _attestation(row: Row[Any]) -> Attestation:
    fields = {name: getattr(row, name) for name in Attestation.__dataclass_fields__}
    return Attestation(**{**fields, "controls": tuple(row.controls)})
