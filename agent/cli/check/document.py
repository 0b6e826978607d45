"""The JSON document of `check`: every finding with its evidence, rows and remedy."""

from collections.abc import Sequence
from typing import Any

from agent.checks.history import Change
from agent.checks.model import Finding
from agent.cli.check.look import Looked
from agent.cli.check.words import knowable_by
from agent.cli.documents import document, moment_text
from agent.daemon.own_score import SystemScore, worst
from agent.daemon.standing import Row
from texts.catalogue import said
from wire.errors import UNDECIDED, WRONG
from wire.verdicts import CheckVerdict

_OVERALL = {WRONG: CheckVerdict.FAIL, UNDECIDED: CheckVerdict.UNKNOWN}


def check_document(looked: Looked, shown: Sequence[Finding], exit_code: int) -> dict[str, Any]:
    """`shown` are the results; the summary counts all that was looked at."""
    verdicts = [finding.verdict for finding in looked.findings]
    return document(
        "lachan.check/1",
        looked.at,
        _OVERALL.get(exit_code, CheckVerdict.PASS),
        levels=[{"regime": regime, "level": level} for regime, level in looked.rows.levels],
        results=[_result(finding, looked) for finding in shown],
        summary={verdict.value: verdicts.count(verdict) for verdict in CheckVerdict},
        changes=[_change(change) for change in looked.changes],
        recorded=not looked.unrecorded,
        **_scored(looked.scores),
    )


def _scored(scores: tuple[SystemScore, ...]) -> dict[str, Any]:
    """The worst system's score stands for the host; each system has its own besides."""
    lowest = worst(scores)
    overall = {"score": lowest.value, "coverage": lowest.coverage} if lowest else {}
    systems = [
        {
            "code": one.system.code,
            "regime": one.system.regime,
            "level": one.system.level,
            "score": one.value,
            "coverage": one.coverage,
        }
        for one in scores
    ]
    return {**overall, "systems": systems}


def _result(finding: Finding, looked: Looked) -> dict[str, Any]:
    check = looked.rows.known_check(finding.check)
    rows = looked.rows.rows.get(finding.check, ())
    return {
        "id": finding.check,
        "verdict": finding.verdict,
        "title": said(check.title),
        "why": said(check.why),
        "observed": finding.observed or finding.unreadable,
        "observed_is": check.observed_is,  # its privacy class: public may leave the host
        "expected": finding.expected,
        "weight": looked.rows.weight(finding.check),  # of its heaviest row, of all its rows
        "controls": [row.control.id for row in rows],
        "rows": [_row(row) for row in rows],
        "remedy": check.remedy,
        "collected_at": moment_text(finding.collected_at),
        **_since(finding, looked),
        **_reason(finding),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.control.id,
        "regime": row.regime,
        "level": row.level,
        "clause": row.control.clause,
    }


def _reason(finding: Finding) -> dict[str, str]:
    if not finding.reason:
        return {}
    if finding.verdict is not CheckVerdict.UNKNOWN:
        return {"reason": finding.reason}
    return {
        "reason": finding.reason,
        "knowable_by": knowable_by(finding.reason, finding.unreadable),
    }


def _since(finding: Finding, looked: Looked) -> dict[str, str]:
    said = (looked.past or {}).get(finding.check)
    if said is None or said.verdict is not finding.verdict:
        return {}
    return {"since": moment_text(said.since)}


def _change(change: Change) -> dict[str, Any]:
    last = change.last_looked_at
    return {
        "id": change.check,
        "change": change.direction,
        "was": change.was,
        "now": change.now,
        "last_looked_at": moment_text(last) if last else None,
    }
