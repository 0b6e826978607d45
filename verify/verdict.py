"""Verify a whole pack: every judge looks, and the verdict follows from what they found."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from verify.anchor import Anchor, judge_anchor
from verify.faults import FaultCode, Findings
from verify.foundation import Foundation, read_foundation, read_statement
from verify.history import (
    judge_heads,
    judge_inclusion,
    judge_witnesses,
    read_checkpoint,
    read_witnesses,
)
from verify.opening import OpenPack, open_pack
from verify.scores import judge_scores
from verify.silence import moment, remark_silence
from verify.speakers import Heard, hear, remark_newer
from verify.subchain import Subchain
from verify.trust import KeyRing
from wire import pack
from wire.checkpoint import Checkpoint, origin_of
from wire.log_entry import PROVINCE
from wire.pack import EntryLine, PackStatement
from wire.verdicts import PackVerdict


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was looked at."""

    envelopes: int = 0
    chains: int = 0
    proofs: int = 0
    scores: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class PackReport:
    """What an inspector may believe, and why."""

    verdict: PackVerdict
    findings: Findings
    checked: Checked
    anchor: Anchor | None = None
    foundation: Foundation | None = None
    statement: PackStatement | None = None
    checkpoint: Checkpoint | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


def verify_pack(path: Path, anchor: Anchor | None) -> PackReport:
    """Look at everything in a pack.

    Raises:
        UnreadablePackError: it is no pack.
    """
    findings = Findings()
    with open_pack(path) as opened:
        foundation = read_foundation(opened, findings)
        if foundation is None:
            return PackReport(PackVerdict.FAULTS, findings, Checked(), anchor)
        statement = read_statement(opened, foundation.order_key, findings)
        if statement is None:
            return PackReport(PackVerdict.FAULTS, findings, Checked(), anchor, foundation)
        return _verify_contents(opened, foundation, statement, anchor, findings)


def _verify_contents(
    opened: OpenPack,
    foundation: Foundation,
    statement: PackStatement,
    anchor: Anchor | None,
    findings: Findings,
) -> PackReport:
    heard = Heard(KeyRing(foundation.order_key))
    chains = (Subchain(PROVINCE), Subchain(statement.facility))
    for name, chain in zip((pack.PROVINCE, pack.FACILITY), chains, strict=True):
        for where, line in opened.lines(name, EntryLine, findings):
            chain.take(where, line, findings)
            hear(where, line, heard, findings)
    point = read_checkpoint(opened, foundation.log_key, findings)
    witnessed = read_witnesses(opened, findings)
    proofs = 0
    if point is not None:
        _judge_checkpoint(point, foundation, statement, findings)
        judge_heads(opened, point, chains, findings)
        proofs = judge_inclusion(opened, point, _wanted(chains, heard), findings)
        proofs += judge_witnesses(witnessed, heard.held, point, foundation.log_key, findings)
        remark_silence(heard, point, statement, findings)
    scores = judge_scores(opened, heard, findings)
    remark_newer(heard, findings)
    proved = judge_anchor(anchor, foundation, point, witnessed.paths, findings)
    incarnations = sum(speaker.incarnations for speaker in heard.speakers.values())
    return PackReport(
        verdict=_verdict(findings, proved=proved),
        findings=findings,
        checked=Checked(heard.envelopes, incarnations, proofs, scores),
        anchor=anchor,
        foundation=foundation,
        statement=statement,
        checkpoint=point,
        first_at=None if heard.first_ms is None else moment(heard.first_ms),
        last_at=None if heard.last_ms is None else moment(heard.last_ms),
    )


def _judge_checkpoint(
    point: Checkpoint, foundation: Foundation, statement: PackStatement, findings: Findings
) -> None:
    """The checkpoint is this province's, and of the size that the pack was made for."""
    if point.origin != origin_of(foundation.province) or statement.province != foundation.province:
        findings.fault(pack.CHECKPOINT, FaultCode.CHECKPOINT, reason=point.origin)
    if point.size != statement.log_size:
        reason = f"{point.size} ≠ {statement.log_size}"
        findings.fault(pack.CHECKPOINT, FaultCode.CHECKPOINT, reason=reason)


def _wanted(chains: tuple[Subchain, ...], heard: Heard) -> dict[int, str]:
    sizes = [stored.log_size for _, _, stored in heard.scores]
    return {
        index: chain.leaves[index]
        for chain in chains
        for index in pack.boundary_indexes(chain.indexes, sizes)
    }


def _verdict(findings: Findings, *, proved: bool) -> PackVerdict:
    if findings.faults:
        return PackVerdict.FAULTS
    return PackVerdict.VERIFIED if proved else PackVerdict.ORIGIN_NOT_PROVED
