"""Facilities, their systems, the policies in force, the people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from compliance.transition import Origin, origin_of
from controller.store.tables.fleet import FACILITY, POLICY, SYSTEM, TOKEN, USER
from wire.verdicts import Regime


@dataclass(frozen=True, slots=True)
class Facility:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class System:
    """An information system as the province decided it."""

    facility: str
    code: str
    name: str
    regime: Regime
    level: int
    largest_rpo_s: float
    decision: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An enrolment token; its secret is known by its hash only."""

    token_id: str
    facility: str
    systems: tuple[str, ...]
    expires_at: datetime
    state: str  # open | used | revoked
    agent: str | None


@dataclass(frozen=True, slots=True)
class User:
    code: str
    role: str
    facility: str


def facilities(connection: Connection) -> list[Facility]:
    query = select(FACILITY.c.code, FACILITY.c.name).order_by(FACILITY.c.code)
    return [Facility(*row) for row in connection.execute(query)]


def find_facility(connection: Connection, code: str) -> Facility | None:
    return next((found for found in facilities(connection) if found.code == code), None)


def systems(connection: Connection, facility: str | None = None) -> list[System]:
    """Systems of one facility, or of all, in the order of their codes."""
    query = select(SYSTEM).order_by(SYSTEM.c.facility, SYSTEM.c.code)
    if facility is not None:
        query = query.where(SYSTEM.c.facility == facility)
    return [
        System(
            facility=row.facility,
            code=row.code,
            name=row.name,
            regime=Regime(row.regime),
            level=row.level,
            largest_rpo_s=row.largest_rpo_s,
            decision=row.decision,
            origin=origin_of(row.origin),
        )
        for row in connection.execute(query)
    ]


def find_system(connection: Connection, facility: str, code: str) -> System | None:
    return next((found for found in systems(connection, facility) if found.code == code), None)


def tokens(connection: Connection) -> list[StoredToken]:
    query = select(TOKEN).order_by(TOKEN.c.created_index)
    return [_token(row) for row in connection.execute(query)]


def token_by_hash(connection: Connection, secret_hash: str) -> StoredToken | None:
    row = connection.execute(select(TOKEN).where(TOKEN.c.secret_hash == secret_hash)).one_or_none()
    return None if row is None else _token(row)


def policies(connection: Connection) -> dict[str, str]:
    """Catalogue id -> digest of the version in force."""
    rows = connection.execute(select(POLICY.c.catalogue, POLICY.c.digest))
    return {row.catalogue: row.digest for row in rows}


def users(connection: Connection) -> list[User]:
    query = select(USER.c.code, USER.c.role, USER.c.facility).order_by(USER.c.code)
    return [User(*row) for row in connection.execute(query)]


def _token(row: Row[Any]) -> StoredToken:
    return StoredToken(
        token_id=row.token_id,
        facility=row.facility,
        systems=tuple(row.systems),
        expires_at=row.expires_at,
        state=row.state,
        agent=row.agent,
    )
