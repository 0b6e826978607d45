"""The score of a system: a pure function of (catalogue, evidence, moment judged).

Sum of weight * credit over sum of weight of the controls that apply. Computed in whole
numbers and fractions, rounded once, so that whoever holds the evidence gets the same bits.

`raw` is that sum by evidence alone. In `value` what is missing of a waived row is not asked: its
weight counts only as far as its evidence earns it. So a waiver earns nothing, never lowers a
score, and the state of its row stays what it is. A row that people declared not to apply is
left out of both, as one that evidence shows not to apply; the shares of the two stand apart.
Evidence that knows better wins, also where it has grown old: who stops an agent hides no fault.

A row that rests on recollection alone is shown and never fails; it is left out of every sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from compliance.answers import HostFault, HostState, SystemLook
from compliance.catalogue import Catalogue, Control
from compliance.decisions import exception_for
from compliance.judging import judge
from compliance.logged import Decisions, Evidence, ExceptionCase, SystemKey
from compliance.reasons import Reason
from wire.messages import Result
from wire.verdicts import CheckVerdict, ControlState, ExceptionKind

SCORING = 2  # version of these rules; a stored score says by which it was computed
BEFORE_SUGGESTIONS = 1  # a missed suggestion earned nothing
WHOLE = 4  # credit is counted in quarters
CREDIT = {
    ControlState.MET: WHOLE,
    ControlState.PARTLY: WHOLE // 2,
    ControlState.NOT_MET: 0,
    ControlState.UNKNOWN: 0,
    ControlState.NOT_APPLICABLE: 0,  # and no weight
}
# Half of what misses a value that the standard only suggests is earned all the same, where
# everything was looked at: the owner may choose another value by risk, but must be seen to.
SUGGESTION = 2  # the divisor of what is missing
_WAIVABLE = frozenset({ControlState.NOT_MET, ControlState.PARTLY, ControlState.UNKNOWN})
_MISSED = frozenset({ControlState.NOT_MET, ControlState.PARTLY})
_PLACES = 10_000  # a score has four decimals


class ControlJudgement(Struct, frozen=True):
    """One control's state and what it rests on. `positions` are places in the log.

    `waived` stands beside the state, never instead of it. `exception_id` is also given where an
    exception is in force and changes nothing: a waiver of a row that is met, a row declared not
    to apply of which evidence knows better.
    """

    control_id: str
    state: ControlState
    credit: float
    reason: Reason
    positions: tuple[int, ...]
    newest_at: datetime | None
    oldest_at: datetime | None
    broken_by: tuple[HostFault, ...] = ()  # the worst host first
    suggested: bool = False  # the standard suggests the threshold only
    waived: bool = False
    declared: bool = False  # not applicable because two people say so
    exception_id: str = ""
    exception_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The same sums over the rows of one group of the standard."""

    group: str
    value: float | None
    raw: float | None
    coverage: float
    controls: int


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is with waivers, `raw` without; None where nothing applies."""

    value: float | None
    raw: float | None
    coverage: float  # share of all controls with fresh evidence
    controls: tuple[ControlJudgement, ...]
    not_applicable: float = 0.0  # share of all controls, shown by evidence
    declared: float = 0.0  # share of all controls, declared by people
    groups: tuple[GroupScore, ...] = ()  # in the catalogue's order


class _Row(NamedTuple):
    control: Control
    judgement: ControlJudgement
    credit: int  # quarters


def score(
    catalogue: Catalogue,
    evidence: Evidence,
    system: SystemKey,
    judged_at: datetime,
    scoring: int = SCORING,
) -> Score:
    """Score one system at one moment by the evidence of the log up to then.

    Args:
        catalogue: the rows of the system's level.
        evidence: what the log's first entries say.
        system: which one.
        judged_at: the moment, UTC.
        scoring: the version of the rules; an older one to compute an old score again.
    """
    decisions = evidence.decisions_of(system.facility)
    look = SystemLook(system, evidence.hosts_of(system), decisions, judged_at)
    suggests = scoring != BEFORE_SUGGESTIONS
    rows = [
        _row(control, judge(control, look), look, suggests=suggests)
        for control in catalogue.controls
    ]
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(row.control.group, []).append(row)
    counting = _counting(rows)
    away = [row.judgement for row in counting if row.judgement.state is ControlState.NOT_APPLICABLE]
    declared = sum(judgement.declared for judgement in away)
    return Score(
        value=_value(rows),
        raw=_raw(rows),
        coverage=_coverage(rows),
        controls=tuple(row.judgement for row in rows),
        not_applicable=_share(len(away) - declared, len(counting)),
        declared=_share(declared, len(counting)),
        groups=tuple(_group(name, members) for name, members in groups.items()),
    )


def rounded(share: Fraction) -> float:
    """Half up to four decimals, in whole numbers; then the nearest float, the same anywhere."""
    return (2 * share.numerator * _PLACES + share.denominator) // (2 * share.denominator) / _PLACES


def _credit(found: HostState, *, suggested: bool) -> int:
    """What a row earns, in quarters; a missed suggestion costs less than a missed duty."""
    earned = CREDIT[found.state]
    if suggested and found.state in _MISSED and not found.blind:
        return earned + (WHOLE - earned) // SUGGESTION
    return earned


def _row(control: Control, found: HostState, look: SystemLook, *, suggests: bool) -> _Row:
    case = _exception(look.decisions, (look.system.system, control.id), found, look.judged_at)
    kind = None if case is None else case.request.body.kind
    silent = found.state is ControlState.UNKNOWN and not _last_known_wrong(found)
    declared = silent and kind is ExceptionKind.NOT_APPLICABLE
    waived = kind is ExceptionKind.WAIVER and found.state in _WAIVABLE
    if declared:
        found = HostState(ControlState.NOT_APPLICABLE, Reason.DECLARED, found.seen)
    credit = _credit(found, suggested=control.suggested and suggests)
    moments = [seen.moment for seen in found.seen]
    positions = {seen.position for seen in found.seen}
    if case is not None and (declared or waived):
        positions |= _places(case)
    judgement = ControlJudgement(
        control_id=control.id,
        state=found.state,
        credit=credit / WHOLE,
        reason=found.reason,
        positions=tuple(sorted(positions)),
        newest_at=max(moments, default=None),
        oldest_at=min(moments, default=None),
        broken_by=found.broken_by,
        suggested=control.suggested,
        waived=waived,
        declared=declared,
        exception_id="" if case is None else case.request.body.exception_id,
        exception_until=None if case is None else case.request.body.expires_at,
    )
    return _Row(control, judgement, credit)


def _last_known_wrong(found: HostState) -> bool:
    """A fault that nobody looks at any more is no row that cannot apply."""
    results = (seen.body for seen in found.seen)
    return any(
        isinstance(result, Result) and result.verdict is CheckVerdict.FAIL for result in results
    )


def _exception(
    decisions: Decisions, row: tuple[str, str], found: HostState, at: datetime
) -> ExceptionCase | None:
    """The exception that changes something, else one that is in force and changes nothing."""
    if row not in decisions.exceptions_of:
        return None
    kinds = [ExceptionKind.WAIVER, ExceptionKind.NOT_APPLICABLE]
    if found.state is ControlState.UNKNOWN:
        kinds.reverse()
    cases = (exception_for(decisions, row, kind, at) for kind in kinds)
    return next((case for case in cases if case is not None), None)


def _places(case: ExceptionCase) -> set[int]:
    acts = (case.request, case.decision)
    return {seen.position for seen in acts if seen is not None}


def _group(name: str, rows: Sequence[_Row]) -> GroupScore:
    return GroupScore(name, _value(rows), _raw(rows), _coverage(rows), len(rows))


def _raw(rows: Sequence[_Row]) -> float | None:
    return _quotient(_applying(rows), waived=False)


def _value(rows: Sequence[_Row]) -> float | None:
    return _quotient(_applying(rows), waived=True)


def _applying(rows: Sequence[_Row]) -> list[_Row]:
    return [
        row for row in _counting(rows) if row.judgement.state is not ControlState.NOT_APPLICABLE
    ]


def _counting(rows: Sequence[_Row]) -> list[_Row]:
    return [row for row in rows if not row.control.informs_only]


def _quotient(rows: Sequence[_Row], *, waived: bool) -> float | None:
    """Sum of weight * credit over sum of weight * what is asked; None where nothing is asked."""
    earned, asked = 0, 0
    for row in rows:
        weight = row.control.weight
        earned += weight * row.credit
        asked += weight * (row.credit if waived and row.judgement.waived else WHOLE)
    return rounded(Fraction(earned, asked)) if asked else None


def _coverage(rows: Sequence[_Row]) -> float:
    """A row that is known not to apply was looked at too."""
    counting = _counting(rows)
    known = sum(row.judgement.state is not ControlState.UNKNOWN for row in counting)
    return _share(known, len(counting))


def _share(part: int, whole: int) -> float:
    return rounded(Fraction(part, whole)) if whole else 0.0
