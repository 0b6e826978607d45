"""An agent is no longer trusted: nothing it signs from now on is accepted."""

from controller.errors import UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.store.queries_agents import find_agent
from wire.acts import AgentRevoked


def revoke_agent(province: Province, by: str, code: str, reason: str) -> None:
    """Revoke an agent; revoking again changes nothing.

    Raises:
        UnknownThingError: there is no such agent.
    """
    with province.database.writing() as connection:
        agent = find_agent(connection, code)
        if agent is None:
            raise UnknownThingError(what="agent", code=code)
        if agent.revoked_at is None:
            act = AgentRevoked(code, agent.facility, reason)
            log_acts(province, connection, by, [act], province.now())
