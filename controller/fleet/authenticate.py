"""Who sends a request: known, not revoked, signed, fresh; all before its body is parsed."""

from urllib.parse import urlsplit

from controller.errors import (
    BadBytesError,
    BadSignatureError,
    ClockError,
    ReplayedError,
    RevokedError,
    UnknownAgentError,
)
from controller.fleet.province import Province
from controller.store.engine import Connection
from controller.store.queries_agents import Agent, find_agent
from controller.store.requests import first_use
from wire.errors import DecodeError, SignatureError
from wire.keys import PublicKey
from wire.request import Headers, Request, is_fresh, verify


def authenticate(province: Province, request: Request, headers: Headers) -> Agent:
    """The agent that made this request, by the key in force.

    Raises:
        RefusedError: nobody we know, revoked, badly signed, or at another time than ours.
    """
    demand_ours(province, request)
    with province.database.reading() as connection:
        agent = find_agent(connection, headers.agent)
    if agent is None:
        raise UnknownAgentError
    demand_signed(request, headers, agent.keys[agent.active])
    if agent.revoked_at is not None:
        raise RevokedError
    demand_fresh(province, headers)
    return agent


def demand_ours(province: Province, request: Request) -> None:
    """Return when the request was made for this host: the signature covers its name."""
    try:
        asked_for = urlsplit(f"//{request.host}").hostname or ""
    except ValueError as error:
        raise BadBytesError("no host") from error
    if asked_for not in province.config.certificate_names:
        raise BadBytesError("the request was made for another host")


def demand_signed(request: Request, headers: Headers, key: PublicKey) -> None:
    """Return when this key signed this request."""
    try:
        verify(request, headers, key)
    except SignatureError as error:
        raise BadSignatureError from error
    except DecodeError as error:
        raise BadBytesError(str(error.parameters["reason"])) from error


def demand_fresh(province: Province, headers: Headers) -> None:
    """Return when the request is of now; the answer's signed time lets the agent correct itself."""
    if not is_fresh(headers.time, province.now()):
        raise ClockError


def demand_first_use(connection: Connection, province: Province, headers: Headers) -> None:
    """Return when this nonce is new, and remember it with the work that it came for."""
    if not first_use(connection, headers.agent, headers.nonce, province.now()):
        raise ReplayedError


def demand_still_trusted(connection: Connection, agent: Agent) -> Agent:
    """The agent as it is inside the writing transaction: a revocation takes effect at once."""
    present = find_agent(connection, agent.code)
    if present is None or present.revoked_at is not None:
        raise RevokedError
    return present
