"""Levels, regimes and largest RPO for a host, by signed assignment."""

from datetime import datetime, timedelta

from controller.fleet.act import sealed_act, sealed_order
from controller.fleet.province import CONTROLLER, Province
from controller.store.engine import Connection
from controller.store.log import NewEntry, append
from controller.store.queries_agents import agents
from controller.store.queries_facilities import systems
from controller.store.queries_orders import expiring_assignments, newest_assignment_version
from wire.acts import Assigned
from wire.orders import AssignedSystem, Assignment

LIFE = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)


def assignment_entries(
    province: Province, connection: Connection, place: tuple[str, str, tuple[str, ...]], by: str
) -> list[NewEntry]:
    """The next assignment of an agent (its code, facility and systems) and the act that says so."""
    agent, facility, codes = place
    now = province.now()
    version = newest_assignment_version(connection, agent) + 1
    assigned = tuple(
        AssignedSystem(system.code, system.regime, system.level, system.largest_rpo_s)
        for system in systems(connection, facility)
        if system.code in codes
    )
    assignment = Assignment(agent, version, assigned, now, now + LIFE)
    return [
        sealed_order(province, "assignment", assignment, facility),
        sealed_act(province, by, Assigned(agent, facility, version, assigned), now),
    ]


def assignments_expire(connection: Connection, now: datetime) -> bool:
    """Whether one of them is to be signed again."""
    return bool(expiring_assignments(connection, now + RENEWED_BEFORE))


def renew_assignments(province: Province, connection: Connection, now: datetime) -> None:
    """Sign again what expires soon, in the caller's transaction."""
    expiring = set(expiring_assignments(connection, now + RENEWED_BEFORE))
    for agent in agents(connection):
        if agent.code in expiring:
            place = (agent.code, agent.facility, agent.systems)
            append(connection, assignment_entries(province, connection, place, CONTROLLER), now)
