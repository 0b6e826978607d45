"""Ask every fact once, judge it, and turn what cannot be read into UNKNOWN with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.checks.asked_once import AskedOnce
from agent.checks.model import Check, Finding
from agent.clock import Clock
from agent.errors import UnreadableFactError
from agent.facts.absent import SubjectAbsentError
from agent.facts.slow import SlowFact, SlowFacts, recalled
from agent.host import Host
from wire.verdicts import CheckVerdict


@dataclass(frozen=True, slots=True)
class _Answer:
    """A fact, or the error that stands in its place."""

    fact: Any
    error: UnreadableFactError | SubjectAbsentError | None
    collected_at: datetime


def run(
    checks: Sequence[Check[Any]], host: Host, clock: Clock, slow: SlowFacts
) -> tuple[Finding, ...]:
    """One finding per check, in the order of the checks."""
    asked_once = AskedOnce(host)
    answers: dict[Any, _Answer] = {}
    findings = []
    for check in checks:
        if check.needs not in answers:
            answers[check.needs] = _ask(check.needs, asked_once, clock, slow)
        findings.append(_judge(check, answers[check.needs]))
    return tuple(findings)


def _ask(needs: Any, host: Host, clock: Clock, slow: SlowFacts) -> _Answer:  # noqa: ANN401 - seam
    now = clock.now()
    try:
        if isinstance(needs, SlowFact):
            fact, collected_at = recalled(needs, slow, now)
            return _Answer(fact, None, collected_at)
        return _Answer(needs(host), None, now)
    except (UnreadableFactError, SubjectAbsentError) as error:
        return _Answer(None, error, now)


def _judge(check: Check[Any], answer: _Answer) -> Finding:
    error = answer.error
    if isinstance(error, SubjectAbsentError):
        return Finding(
            check.id,
            CheckVerdict.NOT_APPLICABLE,
            check.expected,
            answer.collected_at,
            observed=_sayable(error.evidence),
            reason=error.reason,
        )
    if error is not None:
        return Finding(
            check.id,
            CheckVerdict.UNKNOWN,
            check.expected,
            answer.collected_at,
            reason=error.reason,
            unreadable=_sayable(error.source),
            detail=_sayable(error.detail),
        )
    outcome = check.judge(answer.fact)
    return Finding(
        check.id,
        outcome.verdict,
        check.expected,
        answer.collected_at,
        observed=_sayable(outcome.observed),
        count=outcome.count,
        reason=outcome.reason,
    )


def _sayable(text: str) -> str:
    """Names of files are bytes: what is no UTF-8 in them cannot be sent or written anywhere."""
    return text.encode("utf-8", errors="backslashreplace").decode()
