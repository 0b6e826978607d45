"""Who the agents are, with which keys, and where their chains stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from controller.store.entries import logged
from controller.store.tables.fleet import AGENT, AGENT_KEY, AGENT_SYSTEM
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import CHAIN
from wire.chain import ChainState
from wire.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Agent:
    """An enrolled host. `keys` are all it ever had, by key id; `active` is the one in force."""

    code: str
    facility: str
    host: str
    systems: tuple[str, ...]
    enrolled_at: datetime
    revoked_at: datetime | None
    token_id: str
    active: str
    keys: dict[str, PublicKey]


def find_agent(connection: Connection, code: str) -> Agent | None:
    found = agents(connection, AGENT.c.code == code)
    return found[0] if found else None


def agents(connection: Connection, *where: Any) -> list[Agent]:  # noqa: ANN401 - clauses
    """Agents in the order of their codes, revoked ones too."""
    rows = connection.execute(select(AGENT).where(*where).order_by(AGENT.c.code)).all()
    codes = [row.code for row in rows]
    keys = _by_agent(connection, codes)
    systems = _systems(connection, codes)
    return [_agent(row, keys[row.code], systems.get(row.code, ())) for row in rows]


def agents_of(connection: Connection, facility: str) -> list[Agent]:
    return agents(connection, AGENT.c.facility == facility)


def chain_state(connection: Connection, agent: str) -> ChainState | None:
    """Where the newest incarnation of an agent stands."""
    row = connection.execute(
        select(CHAIN).where(CHAIN.c.agent == agent, CHAIN.c.current)
    ).one_or_none()
    return None if row is None else ChainState(row.incarnation, row.sequence, row.head)


def stored_link(
    connection: Connection, agent: str, incarnation: str, sequence: int
) -> tuple[str, int] | None:
    """The link and the log index of what the log holds at one place of a chain."""
    entry = LOG_ENTRY.c
    row = connection.execute(
        select(LOG_ENTRY).where(
            entry.agent == agent, entry.incarnation == incarnation, entry.sequence == sequence
        )
    ).one_or_none()
    return None if row is None else (logged(row).link, row.log_index)


def key_owner(connection: Connection, keyid: str) -> str | None:
    """Whose key this is, or was."""
    query = select(AGENT_KEY.c.agent).where(AGENT_KEY.c.keyid == keyid)
    owner: str | None = connection.execute(query).scalar_one_or_none()
    return owner


def _agent(row: Row[Any], keys: list[Row[Any]], systems: tuple[str, ...]) -> Agent:
    (active,) = [key.keyid for key in keys if key.until_index is None]
    return Agent(
        code=row.code,
        facility=row.facility,
        host=row.host,
        systems=systems,
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
        token_id=row.token_id,
        active=active,
        keys={key.keyid: PublicKey.from_base64(key.public_key) for key in keys},
    )


def _by_agent(connection: Connection, codes: list[str]) -> dict[str, list[Row[Any]]]:
    keys: dict[str, list[Row[Any]]] = {code: [] for code in codes}
    for row in connection.execute(select(AGENT_KEY).where(AGENT_KEY.c.agent.in_(codes))):
        keys[row.agent].append(row)
    return keys


def _systems(connection: Connection, codes: list[str]) -> dict[str, tuple[str, ...]]:
    query = select(AGENT_SYSTEM).where(AGENT_SYSTEM.c.agent.in_(codes))
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(query.order_by(AGENT_SYSTEM.c.system)):
        found[row.agent] = (*found.get(row.agent, ()), row.system)
    return found
