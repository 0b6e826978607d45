"""Take a batch of evidence: verified, chained, stored as received, projected, in one commit."""

from controller.errors import ClonedError, ForkError, TooLargeError
from controller.fleet.alerts import raise_alert
from controller.fleet.authenticate import demand_first_use, demand_still_trusted
from controller.fleet.batch import Batch
from controller.fleet.opened_lines import BadLine, open_lines
from controller.fleet.province import Province
from controller.fleet.watch_files import told_troubles
from controller.store.engine import Connection
from controller.store.log import append
from controller.store.queries_agents import Agent
from wire.http import BATCH_ENVELOPES, EvidenceAnswer, Problem
from wire.request import Headers


def ingest(province: Province, agent: Agent, headers: Headers, body: bytes) -> EvidenceAnswer:
    """Store what fits behind the agent's chain; say of every line what became of it.

    Signatures are checked before the write lock is taken; whether the agent is still trusted,
    inside it. Lines that are already held are acknowledged again with their place.

    Raises:
        RefusedError: the whole request is refused; nothing was stored but an alert.
    """
    if body.count(b"\n") > BATCH_ENVELOPES:
        raise TooLargeError(f"more than {BATCH_ENVELOPES} envelopes")
    lines = open_lines(body, agent)
    with province.database.writing() as connection:
        demand_first_use(connection, province, headers)
        batch = Batch(province, connection, demand_still_trusted(connection, agent))
        for line in lines:
            batch.refuse(line) if isinstance(line, BadLine) else batch.take(line)
        answer = _commit(province, connection, agent, batch)
    _refuse_impostors(answer)
    return answer


def _commit(
    province: Province, connection: Connection, agent: Agent, batch: Batch
) -> EvidenceAnswer:
    now = province.now()
    append(connection, batch.entries, now)
    told = told_troubles(connection, agent.facility, agent.code, batch.first_index)
    for trouble in dict.fromkeys((*batch.troubles, *told)):
        raise_alert(province, connection, trouble, now)
    _, checkpoint = province.checkpoint(connection, now)
    return EvidenceAnswer(
        time=now,
        checkpoint=checkpoint,
        acknowledged=tuple(batch.acknowledged),
        refused=tuple(batch.refused),
        resend_from=batch.resend_from,
    )


def _refuse_impostors(answer: EvidenceAnswer) -> None:
    """A batch of nothing but forked or cloned statements is refused as a whole."""
    codes = {refused.code for refused in answer.refused}
    if answer.acknowledged:
        return
    if Problem.CLONED in codes:
        raise ClonedError("another incarnation of this agent is alive")
    if Problem.FORK in codes:
        raise ForkError("another statement stands in this place")
