"""A heartbeat: who is alive, and in return everything that waits for it."""

from controller.errors import BadBytesError, BadSignatureError, LogRewrittenError
from controller.fleet.alerts import Trouble, clear_alert, raise_alert
from controller.fleet.authenticate import demand_first_use, demand_still_trusted
from controller.fleet.clock_skew import heartbeat_clock_is_wrong
from controller.fleet.province import Province
from controller.fleet.watch_files import heartbeat_trouble
from controller.store.engine import Connection
from controller.store.heads import consistency_proof, log_size, root_at
from controller.store.queries_agents import Agent, chain_state
from controller.store.queries_orders import waiting_envelopes
from controller.store.queries_packs import waiting_packs
from controller.store.requests import record_presence, record_witness
from wire.codec import decode_heartbeat
from wire.envelope import open_envelope
from wire.errors import DecodeError, SignatureError
from wire.http import HeartbeatAnswer
from wire.messages import Heartbeat
from wire.request import Headers

KIND = "heartbeat"


def answer_heartbeat(
    province: Province, agent: Agent, headers: Headers, body: bytes, held_size: int
) -> HeartbeatAnswer:
    """Record that the agent lives; give it proof of our history, orders and its assignment.

    Args:
        province: the controller.
        agent: who asks.
        headers: of its request.
        body: the heartbeat's envelope.
        held_size: size of the checkpoint that the agent holds; 0 when it holds none.

    Raises:
        RefusedError: the heartbeat is not the agent's, or it holds a history that is not ours.
    """
    heartbeat = _open(agent, body)
    with province.database.writing() as connection:
        now = province.now()
        demand_first_use(connection, province, headers)
        demand_still_trusted(connection, agent)
        record_presence(connection, heartbeat, now)
        _judge_clock(province, connection, heartbeat)
        _judge_events(province, connection, heartbeat)
        agrees = _witness(province, connection, heartbeat)
        if agrees and held_size <= log_size(connection):
            return _answer(province, connection, heartbeat, held_size)
        raise_alert(province, connection, _trouble("LOG_DIFFERS", heartbeat), now)
    raise LogRewrittenError("the log is not the one that this agent has seen")


def _open(agent: Agent, body: bytes) -> Heartbeat:
    try:
        opened = open_envelope(body, {agent.active: agent.keys[agent.active]})
        if opened.kind != KIND:
            raise BadBytesError("not a heartbeat")
        heartbeat = decode_heartbeat(opened.payload)
    except SignatureError as error:
        raise BadSignatureError from error
    except DecodeError as error:
        raise BadBytesError(str(error.parameters["reason"])) from error
    if (heartbeat.agent, heartbeat.facility) != (agent.code, agent.facility):
        raise BadBytesError("another agent's heartbeat")
    return heartbeat


def _judge_clock(province: Province, connection: Connection, heartbeat: Heartbeat) -> None:
    now = province.now()
    wrong = heartbeat_clock_is_wrong(heartbeat, now)
    change = raise_alert if wrong else clear_alert
    change(province, connection, _trouble("CLOCK", heartbeat), now)


def _judge_events(province: Province, connection: Connection, heartbeat: Heartbeat) -> None:
    """A heartbeat that was on its way while newer events came says nothing against them."""
    state = chain_state(connection, heartbeat.agent)
    if state is not None and heartbeat.head_sequence < state.sequence:
        return
    trouble = heartbeat_trouble(connection, heartbeat)
    if trouble is not None:
        raise_alert(province, connection, trouble, province.now())


def _witness(province: Province, connection: Connection, heartbeat: Heartbeat) -> bool:
    """Whether the root that the agent holds is a root that our log had at that size."""
    if not heartbeat.log_root:
        return True
    ours = root_at(connection, heartbeat.log_size)
    if ours is None or ours.hex() != heartbeat.log_root:
        return False
    now = province.now()
    record_witness(connection, heartbeat.agent, heartbeat.facility, heartbeat.log_size, now)
    return True


def _answer(
    province: Province, connection: Connection, heartbeat: Heartbeat, held_size: int
) -> HeartbeatAnswer:
    now = province.now()
    size, checkpoint = province.checkpoint(connection, now)
    proof = consistency_proof(connection, held_size, size)
    waiting = waiting_envelopes(connection, heartbeat.agent, now)
    waiting += waiting_packs(connection, heartbeat.pack_digests, now)
    return HeartbeatAnswer(
        time=now,
        checkpoint=checkpoint,
        consistency=tuple(node.hex() for node in proof),
        envelopes=tuple(envelope.decode() for envelope in waiting),
        resend_from=_resend_from(connection, heartbeat),
    )


def _resend_from(connection: Connection, heartbeat: Heartbeat) -> int | None:
    """What we miss of the agent's newest incarnation; None when we hold all of it."""
    state = chain_state(connection, heartbeat.agent)
    held = state.sequence if state and state.incarnation == heartbeat.incarnation else 0
    return held + 1 if held < heartbeat.head_sequence else None


def _trouble(kind: str, heartbeat: Heartbeat) -> Trouble:
    return Trouble(kind, heartbeat.facility, heartbeat.agent)
