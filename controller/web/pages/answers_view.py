"""What each host, each code and each document answered to one row, as its page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from compliance.answers import Answer, Look
from compliance.backup_codes import BACKUP_CODES
from compliance.catalogue import Control
from compliance.decisions import document_for
from compliance.fleet_codes import FLEET_CODES
from compliance.logged import HostEvidence, Seen
from compliance.reasons import Reason
from compliance.rules import Rule
from controller.web.pages.system import JudgedSystem
from wire.messages import Result
from wire.verdicts import CheckVerdict


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer; `host` is empty where it concerns the system as a whole.

    `verdict` is what was said. Where it is too old to count, `counts` is false and the row was
    judged as if nobody had looked.
    """

    code: str
    host: str
    verdict: CheckVerdict
    reason: Reason | None
    said: Result | None
    moment: datetime | None
    positions: tuple[int, ...]
    counts: bool = True


def answers(found: JudgedSystem, control: Control) -> list[AnswerView]:
    """In the order of the rule and of the hosts; what nobody answered is said too."""
    leaves = control.rule.leaves()
    return [answer for leaf in leaves for answer in _of_leaf(found, control, leaf)]


def _of_leaf(found: JudgedSystem, control: Control, leaf: Rule) -> Iterator[AnswerView]:
    if leaf.mode == "attest":
        decisions = found.evidence.decisions_of(found.system.facility)
        row = (found.system.code, control.id)
        yield _joined("", "", document_for(decisions, row, found.judged_at, leaf.fresh_for))
        return
    for code in leaf.codes:
        for host in found.evidence.hosts_of(found.key):
            look = Look(host, found.system.code, found.judged_at, leaf.fresh_for)
            if leaf.mode == "checks":
                yield _checked(code, host, look)
            else:
                asked = BACKUP_CODES if leaf.mode == "backup" else FLEET_CODES
                yield _joined(code, host.host, asked[code](look))


def _checked(code: str, host: HostEvidence, look: Look) -> AnswerView:
    seen = host.checks.get(code)
    if seen is None:
        nothing = CheckVerdict.UNKNOWN
        return AnswerView(code, host.host, nothing, Reason.NEVER_SEEN, None, None, ())
    fresh = look.is_fresh(seen)
    return AnswerView(
        code=code,
        host=host.host,
        verdict=seen.body.verdict,
        reason=None if fresh else Reason.STALE,
        said=seen.body,
        moment=seen.moment,
        positions=(seen.position,),
        counts=fresh,
    )


def _joined(code: str, host: str, answer: Answer) -> AnswerView:
    seen: tuple[Seen[object], ...] = answer.seen
    return AnswerView(
        code=code,
        host=host,
        verdict=answer.verdict,
        reason=answer.reason,
        said=None,
        moment=max((each.moment for each in seen), default=None),
        positions=tuple(sorted({each.position for each in seen})),
    )
