"""The heartbeat: never queued; brings back the checkpoint, orders and what to send again."""

from dataclasses import dataclass
from datetime import timedelta

from agent.uplink import witness
from agent.uplink.errors import (
    ClonedRefusedError,
    HistoryRewrittenError,
    LogDiffersError,
    RefusedError,
    RevokedError,
)
from agent.uplink.link import Link
from agent.uplink.memory import CLOCK_WRONG, CLONED, HISTORY_REWRITTEN, REVOKED
from agent.uplink.orders import take
from agent.uplink.policy_packs import PackReceiver, claims_to_be_a_pack, newest_digests, take_pack
from wire.codec import encode
from wire.envelope import seal
from wire.http import HEARTBEAT_PATH, HeartbeatAnswer
from wire.messages import Heartbeat, Running
from wire.request import CLOCK_TOLERANCE

_ALARM_OF_REFUSAL: dict[type[RefusedError], str] = {
    ClonedRefusedError: CLONED,
    RevokedError: REVOKED,
    LogDiffersError: HISTORY_REWRITTEN,
}


@dataclass(frozen=True, slots=True)
class HostWords:
    """What a heartbeat says of the host beside the chain's head."""

    boot_id: str
    agent_version: str
    busy: float = 0.0
    running: tuple[Running, ...] = ()
    watching: str = ""
    events_last: int | None = 0  # None: it cannot be read now
    events_head: str = ""


def beat(link: Link, words: HostWords) -> HeartbeatAnswer:
    """Say that we live, and take what waits for us.

    Raises:
        UplinkError: no heartbeat was exchanged; the next one is due as always.
        HistoryRewrittenError: the controller's log contradicts the checkpoint that we hold.
    """
    held = witness.held(link.memory)
    size = held.size if held else 0
    raw = seal("heartbeat", encode(_heartbeat(link, words)), link.identity.key)
    try:
        answer = link.client.post(f"{HEARTBEAT_PATH}?size={size}", raw, HeartbeatAnswer)
    except RefusedError as error:
        kind = _ALARM_OF_REFUSAL.get(type(error))
        if kind:
            link.memory.raise_alarm(kind, error.code)
        raise
    _judge_clock(link)
    link.memory.clear_alarm(CLONED)
    link.memory.clear_alarm(REVOKED)
    link.memory.keep("last_heartbeat_at", link.clock.now().isoformat())
    _take_all(link, answer)
    return answer


def _take_all(link: Link, answer: HeartbeatAnswer) -> None:
    """The checkpoint first: who rewrites history gives us no orders, assignments or packs.

    What came with a rewritten log is kept as refused. Evidence still goes there: it is our own.
    """
    if answer.resend_from is not None:
        link.outbox.send_again(answer.resend_from)
    try:
        witness.accept(link.memory, answer.checkpoint, answer.consistency, link.log_key)
    except HistoryRewrittenError:
        _take_envelopes(link, answer)
        raise
    _take_envelopes(link, answer)


def _take_envelopes(link: Link, answer: HeartbeatAnswer) -> None:
    receiver = link.receiver()
    for envelope in answer.envelopes:
        raw = envelope.encode()
        if not claims_to_be_a_pack(raw):
            take(raw, receiver, link.memory)
        elif receiver.believed:  # else it comes again with every heartbeat
            take_pack(raw, PackReceiver(receiver, link.home), link.memory)


def _judge_clock(link: Link) -> None:
    offset = link.outbox.clock_offset_s()
    if timedelta(seconds=abs(offset)) > CLOCK_TOLERANCE:
        link.memory.raise_alarm(CLOCK_WRONG, f"{offset:.0f}")
    else:
        link.memory.clear_alarm(CLOCK_WRONG)


def _heartbeat(link: Link, words: HostWords) -> Heartbeat:
    head = link.outbox.head()
    held = witness.held(link.memory)
    return Heartbeat(
        agent=link.identity.agent,
        facility=link.identity.facility,
        incarnation=head.incarnation,
        head_sequence=head.sequence,
        head_digest=head.digest,
        made_at=link.clock.now(),
        boot_id=words.boot_id,
        agent_version=words.agent_version,
        clock_offset_s=link.outbox.clock_offset_s(),
        waiting=link.outbox.backlog().count,
        log_size=held.size if held else 0,
        log_root=held.root.hex() if held else "",
        busy=words.busy,
        pack_digests=newest_digests(link.memory),
        running=words.running,
        watching=words.watching,
        events_last=words.events_last,
        events_head=words.events_head,
    )
