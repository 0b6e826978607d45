"""What is not in the pack: who is silent, what was lost, how far the log really goes."""

from datetime import UTC, datetime, timedelta

from verify.faults import Findings, RemarkCode
from verify.speakers import Heard
from wire.checkpoint import Checkpoint
from wire.pack import PackStatement

CHECKPOINT_MAY_BE = timedelta(days=1)  # older than the pack, before that is said
AGENT_MAY_BE_QUIET = timedelta(days=2)  # agents speak every day by themselves
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def remark_silence(
    heard: Heard, point: Checkpoint, statement: PackStatement, findings: Findings
) -> None:
    if statement.made_at - point.at > CHECKPOINT_MAY_BE:
        findings.remark(
            "log",
            RemarkCode.CHECKPOINT_OLD,
            at=point.at.isoformat(timespec="minutes"),
            made_at=statement.made_at.isoformat(timespec="minutes"),
        )
    if not heard.ring.agents:
        findings.remark("log", RemarkCode.NO_AGENTS)
    for agent in sorted(heard.ring.agents):
        _remark_agent(agent, heard, statement.made_at, findings)


def _remark_agent(agent: str, heard: Heard, made_at: datetime, findings: Findings) -> None:
    trust, said = heard.ring.agents[agent], heard.speakers.get(agent)
    if trust.revoked_at_ms is not None:
        since = _text(moment(trust.revoked_at_ms))
        findings.remark(agent, RemarkCode.REVOKED, agent=agent, host=trust.host, since=since)
    if said is None:
        findings.remark(agent, RemarkCode.NO_STATEMENTS, agent=agent, host=trust.host)
        return
    last = moment(said.last_ms)
    if trust.revoked_at_ms is None and made_at - last > AGENT_MAY_BE_QUIET:
        findings.remark(agent, RemarkCode.QUIET, agent=agent, host=trust.host, since=_text(last))
    if said.gaps:
        findings.remark(agent, RemarkCode.GAP, host=trust.host, count=said.gaps)
    if said.dropped:
        findings.remark(agent, RemarkCode.DROPPED, host=trust.host, count=said.dropped)
    if said.breaks:
        findings.remark(agent, RemarkCode.FILES_BREAK, host=trust.host, count=said.breaks)
    suspected = sum(state == "open" for state in said.suspicions.values())
    if suspected:
        findings.remark(agent, RemarkCode.SUSPICION, host=trust.host, count=suspected)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
