"""Compute every stored score again, from the pack's own evidence and catalogues, bit for bit."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from compliance import catalogue as catalogues
from compliance.catalogue import Catalogue
from compliance.errors import CatalogueError
from compliance.evidence import Folding
from compliance.logged import LoggedAct, LoggedStatement, SystemKey
from compliance.score import SCORING, Score, score
from recovery.drill_verdict import logged_verdict
from verify.faults import FaultCode, Findings, RemarkCode
from verify.opening import OpenPack
from verify.speakers import ACT, Heard
from wire import pack
from wire.acts import ScoreStored
from wire.codec import decode_act, decode_statement
from wire.envelope import peek_payload
from wire.errors import DecodeError
from wire.messages import type_of_kind
from wire.pack import EntryLine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
StoredAt = tuple[str, int, ScoreStored]  # where, log index, what was stored


def judge_scores(opened: OpenPack, heard: Heard, findings: Findings) -> int:
    """Recompute all scores in one pass along the log. Number of scores computed."""
    if not heard.scores:
        findings.remark("log", RemarkCode.NO_SCORES)
        return 0
    entries = _evidence(opened)
    following = next(entries, None)
    folding, known = Folding(logged_verdict), _Catalogues(opened, heard)
    for stored in sorted(heard.scores, key=lambda at: at[2].log_size):
        while following is not None and following.position < stored[2].log_size:
            folding.add(following)
            following = next(entries, None)
        _judge_one(stored, folding, known, findings)
    return len(heard.scores)


def _judge_one(
    stored_at: StoredAt, folding: Folding, known: "_Catalogues", findings: Findings
) -> None:
    where, index, stored = stored_at
    catalogue = known.adopted_before(index, stored.catalogue_digest)
    if catalogue is None or catalogue.id != stored.catalogue:
        findings.fault(where, FaultCode.CATALOGUE, digest=stored.catalogue_digest)
        return
    if stored.scoring not in range(1, SCORING + 1):
        findings.fault(where, FaultCode.SCORING, system=stored.system, version=stored.scoring)
        return
    system = SystemKey(stored.facility, stored.system)
    computed = score(catalogue, folding.evidence(), system, stored.judged_at, stored.scoring)
    raw = computed.raw if stored.raw is None else stored.raw  # older acts say nothing of it
    said = (stored.score, stored.coverage, raw)
    found = (computed.value, computed.coverage, computed.raw)
    same = said == found and _same_shares(stored, computed)
    if not same or stored.log_size > index:
        findings.fault(
            where,
            FaultCode.SCORE_DIFFERS,
            system=stored.system,
            stored=_shown(*said),
            computed=_shown(*found),
        )


def _same_shares(stored: ScoreStored, computed: Score) -> bool:
    """Of the rows that do not apply; older acts say nothing of them."""
    pairs = ((stored.not_applicable, computed.not_applicable), (stored.declared, computed.declared))
    return all(said in (None, found) for said, found in pairs)


class _Catalogues:
    """The pack's catalogues, read once each; only those adopted by a logged act count."""

    def __init__(self, opened: OpenPack, heard: Heard) -> None:
        self._opened = opened
        self._adopted = heard.adopted
        self._read: dict[str, Catalogue | None] = {}

    def adopted_before(self, index: int, digest: str) -> Catalogue | None:
        if not any(at < index and what == digest for at, what in self._adopted):
            return None
        if digest not in self._read:
            self._read[digest] = self._parsed(digest)
        return self._read[digest]

    def _parsed(self, digest: str) -> Catalogue | None:
        try:
            raw = self._opened.read(pack.catalogue_name(digest), pack.CATALOGUE_BYTES)
            parsed = catalogues.parse(raw)
        except (DecodeError, CatalogueError):
            return None
        return parsed if parsed.digest == digest else None


def _evidence(opened: OpenPack) -> Iterator[LoggedStatement | LoggedAct]:
    """Facility and province entries in the log's order; their faults are told elsewhere."""
    unheard = Findings()
    files = [
        (line for _, line in opened.lines(name, EntryLine, unheard))
        for name in (pack.PROVINCE, pack.FACILITY)
    ]
    for line in heapq.merge(*files, key=lambda line: line.index):
        understood = _understood(line)
        if understood is not None:
            yield understood


def _understood(line: EntryLine) -> LoggedStatement | LoggedAct | None:
    received_at = _EPOCH + timedelta(milliseconds=line.entry.received_at_ms)
    kind = line.entry.kind
    try:
        payload = peek_payload(line.envelope.encode())
        if kind == ACT:
            said_act = decode_act(payload)
            return LoggedAct(line.index, received_at, said_act.act, said_act.by)
        if kind in type_of_kind:
            said = decode_statement(kind, payload)
            return LoggedStatement(line.index, received_at, kind, said.header, said.body)
    except DecodeError:
        return None  # a fault already, from the walk over the same lines
    return None


def _shown(value: float | None, coverage: float, raw: float | None) -> str:
    """With waivers, share of rows with fresh evidence, without waivers."""
    return f"{_number(value)} ({coverage:.4f}; {_number(raw)})"


def _number(share: float | None) -> str:
    return "-" if share is None else f"{share:.4f}"
