"""A host becomes trusted: one token, one host; of two racers one wins."""

from datetime import datetime

from controller.errors import (
    RevokedError,
    TokenExpiredError,
    TokenUsedError,
    TokenWrongError,
)
from controller.fleet.act import sealed_act
from controller.fleet.assign import assignment_entries
from controller.fleet.create_token import secret_hash
from controller.fleet.province import CONTROLLER, Province
from controller.store.engine import Connection
from controller.store.log import append
from controller.store.queries_agents import find_agent, key_owner
from controller.store.queries_facilities import StoredToken, token_by_hash
from controller.store.queries_orders import waiting_envelopes
from wire.acts import AgentEnrolled
from wire.codec import encode
from wire.envelope import seal
from wire.http import ENROLMENT_ANSWER_KIND, Enrolment, EnrolmentAnswer
from wire.keys import PublicKey


def agent_code(public_key: PublicKey) -> str:
    """The agent's name follows from its key, so that two hosts never get the same."""
    return f"a-{public_key.keyid[:20]}"


def enrol(province: Province, enrolment: Enrolment, public_key: PublicKey) -> bytes:
    """Trust the key that signed this request; the answer is signed by the order key.

    The same key may ask again with the same token, in case the answer was lost.

    Raises:
        RefusedError: the token is wrong, revoked, expired, or another host has used it; or the
            agent that used it was revoked.
    """
    agent = agent_code(public_key)
    with province.database.writing() as connection:
        now = province.now()
        token = token_by_hash(connection, secret_hash(enrolment.secret))
        if token is None or token.state == "revoked":
            raise TokenWrongError
        if token.agent == agent:
            _demand_still_trusted(connection, agent)
        else:
            _demand_open(token, now)
            _trust(province, connection, enrolment, public_key, token)
        return _answer(province, connection, agent, token.facility)


def _demand_still_trusted(connection: Connection, agent: str) -> None:
    known = find_agent(connection, agent)
    if known is None or known.revoked_at is not None:
        raise RevokedError


def _demand_open(token: StoredToken, now: datetime) -> None:
    if token.state == "used":
        raise TokenUsedError
    if token.expires_at <= now:
        raise TokenExpiredError


def _trust(
    province: Province,
    connection: Connection,
    enrolment: Enrolment,
    public_key: PublicKey,
    token: StoredToken,
) -> None:
    agent, now = agent_code(public_key), province.now()
    if key_owner(connection, public_key.keyid) is not None:
        raise TokenWrongError("this key is enrolled already")
    act = AgentEnrolled(
        agent=agent,
        facility=token.facility,
        host=enrolment.host,
        systems=token.systems,
        public_key=public_key.to_base64(),
        token_id=token.token_id,
    )
    append(connection, [sealed_act(province, CONTROLLER, act, now)], now)
    place = (agent, token.facility, token.systems)
    append(connection, assignment_entries(province, connection, place, CONTROLLER), now)


def _answer(province: Province, connection: Connection, agent: str, facility: str) -> bytes:
    now = province.now()
    assignment = waiting_envelopes(connection, agent, now)[0]
    _, checkpoint = province.checkpoint(connection, now)
    answer = EnrolmentAnswer(agent, facility, now, assignment.decode(), checkpoint)
    return seal(ENROLMENT_ANSWER_KIND, encode(answer), province.keys.order)
