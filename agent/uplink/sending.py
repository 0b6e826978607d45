"""Sends what waits, in order, in batches; acknowledged is only what has a log index."""

from dataclasses import dataclass

from agent.uplink.chain_rows import Waiting
from agent.uplink.errors import ClonedRefusedError, RefusedError
from agent.uplink.link import Link
from agent.uplink.memory import CLONED, EVIDENCE_REFUSED
from wire.http import (
    BATCH_BYTES,
    BATCH_ENVELOPES,
    EVIDENCE_PATH,
    EvidenceAnswer,
    Problem,
    Refused,
)

_DAMAGED = frozenset({Problem.BAD_SIGNATURE, Problem.BAD_BYTES})
_MOST_REPAIRS = 1  # in one round: a controller cannot make us write without end


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round did."""

    acknowledged: int
    waiting: int
    refused: tuple[str, ...]  # codes
    mended: int = 0  # envelopes that were damaged here; tombstones stand in their place


def send_all(link: Link) -> Sent:
    """Send until nothing waits, or until the controller stops taking it.

    A chain that the controller knows to be longer than ours was restored from an older copy:
    it goes on as a new incarnation, and what waits is sealed again in it. What was changed on
    this host's own disk is replaced by tombstones, and counted.

    Raises:
        UplinkError: the controller could not be asked; everything still waits.
    """
    acknowledged, repairs, mended = 0, 0, 0
    while True:
        batch = link.outbox.waiting(BATCH_ENVELOPES, BATCH_BYTES)
        if not batch:
            link.memory.clear_alarm(EVIDENCE_REFUSED)
            return Sent(acknowledged, 0, (), mended)
        answer = _send(link, batch)
        codes = _codes(answer.refused)
        taken = _acknowledge(link, batch, answer)
        acknowledged += taken
        found = link.outbox.mend() if _DAMAGED & set(codes) and not mended else 0
        mended += found
        if found:
            continue
        if codes and repairs < _MOST_REPAIRS and _repaired(link, codes, answer.resend_from):
            repairs += 1
        elif not taken:
            return _stopped(link, acknowledged, codes, mended)


def _repaired(link: Link, codes: tuple[str, ...], resend_from: int | None) -> bool:
    """Whether what stood in the way is gone: a chain from an older copy, or a gap over there."""
    if Problem.FORK in codes or Problem.REPLAYED in codes:
        link.outbox.reopen("restored")
        return True
    if resend_from is not None:
        return link.outbox.send_again(resend_from) > 0
    return False


def _send(link: Link, batch: tuple[Waiting, ...]) -> EvidenceAnswer:
    body = b"\n".join(envelope.raw for envelope in batch) + b"\n"
    try:
        return link.client.post(EVIDENCE_PATH, body, EvidenceAnswer)
    except ClonedRefusedError as error:
        link.memory.raise_alarm(CLONED, error.code)
        raise
    except RefusedError as error:
        if error.code != Problem.FORK:
            raise
        refused = Refused(line=1, code=Problem.FORK)
        return EvidenceAnswer(link.controller_now(), "", (), (refused,))


def _acknowledge(link: Link, batch: tuple[Waiting, ...], answer: EvidenceAnswer) -> int:
    """Only what we have just sent can be acknowledged."""
    sent = {envelope.sequence for envelope in batch}
    indexes = {
        taken.sequence: taken.log_index for taken in answer.acknowledged if taken.sequence in sent
    }
    link.outbox.acknowledge(batch[0].incarnation, indexes)
    return len(indexes)


def _stopped(link: Link, acknowledged: int, codes: tuple[str, ...], mended: int) -> Sent:
    """Nothing was taken: what waits stays, and a person is told why."""
    if Problem.CLONED in codes:
        link.memory.raise_alarm(CLONED, Problem.CLONED)
    else:
        link.memory.raise_alarm(EVIDENCE_REFUSED, ", ".join(codes) or "nothing acknowledged")
    return Sent(acknowledged, link.outbox.backlog().count, codes, mended)


def _codes(refused: tuple[Refused, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.code for line in refused))
