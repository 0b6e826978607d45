"""The score of a system: a pure function of (catalogue, evidence, moment judged).

Sum of weight * credit over sum of weight of the controls that apply. Computed in whole
numbers and fractions, rounded once, so that whoever holds the evidence gets the same bits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from compliance.answers import (
    Answer,
    HostState,
    Look,
    failed,
    passed,
    state_of_all,
    state_of_any,
    unknown,
    worst_state,
)
from compliance.backup_codes import BACKUP_CODES
from compliance.catalogue import Catalogue, Control
from compliance.fleet_codes import FLEET_CODES
from compliance.logged import Evidence, HostEvidence, SystemKey
from compliance.reasons import Reason
from wire.verdicts import CheckVerdict, ControlState

CREDIT = {
    ControlState.MET: Fraction(1),
    ControlState.PARTLY: Fraction(1, 2),
    ControlState.NOT_MET: Fraction(0),
    ControlState.UNKNOWN: Fraction(0),
    ControlState.NOT_APPLICABLE: Fraction(0),  # and no weight
}
_PLACES = 10_000  # a score has four decimals


@dataclass(frozen=True, slots=True)
class ControlJudgement:
    """One control's state and what it rests on. `positions` are places in the log."""

    control_id: str
    state: ControlState
    credit: float
    reason: Reason
    positions: tuple[int, ...]
    newest_at: datetime | None
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is None where nothing applies. `raw` leaves waivers out; there are none yet."""

    value: float | None
    raw: float | None
    coverage: float  # share of all controls with fresh evidence
    controls: tuple[ControlJudgement, ...]


def score(
    catalogue: Catalogue, evidence: Evidence, system: SystemKey, judged_at: datetime
) -> Score:
    """Score one system at one moment by the evidence of the log up to then."""
    hosts = evidence.hosts_of(system)
    controls = tuple(
        _judgement(control, judge(control, hosts, system.system, judged_at))
        for control in catalogue.controls
    )
    value = _value(catalogue.controls, controls)
    return Score(value=value, raw=value, coverage=_coverage(controls), controls=controls)


def judge(
    control: Control, hosts: Sequence[HostEvidence], system: str, judged_at: datetime
) -> HostState:
    """What all hosts of a system make of one control: the worst wins."""
    if control.rule.mode == "nothing":
        return HostState(ControlState.UNKNOWN, Reason.NOTHING_DECIDES)
    if control.rule.mode == "attest":
        return HostState(ControlState.UNKNOWN, Reason.NO_DOCUMENT)
    if not hosts:
        return HostState(ControlState.UNKNOWN, Reason.NO_HOST)
    looks = [Look(host, system, judged_at, control.fresh_for) for host in hosts]
    return _as_far_as_it_covers(control, worst_state([_judge_host(control, it) for it in looks]))


def rounded(share: Fraction) -> float:
    """Half up to four decimals, in whole numbers; then the nearest float, the same anywhere."""
    return (2 * share.numerator * _PLACES + share.denominator) // (2 * share.denominator) / _PLACES


def _judge_host(control: Control, look: Look) -> HostState:
    rule = control.rule
    if rule.mode == "checks":
        answers = [_answer_of_check(look, check) for check in rule.codes]
    else:
        codes: dict[str, Callable[[Look], Answer]] = (
            BACKUP_CODES if rule.mode == "backup" else FLEET_CODES
        )
        answers = [codes[code](look) for code in rule.codes]
    return state_of_any(answers) if rule.one_suffices else state_of_all(answers)


def _answer_of_check(look: Look, check: str) -> Answer:
    seen = look.host.checks.get(check)
    if seen is None:
        return unknown(Reason.NEVER_SEEN)
    if not look.is_fresh(seen):
        return unknown(Reason.STALE, seen)
    verdict = seen.body.verdict
    if verdict is CheckVerdict.NOT_APPLICABLE:
        return Answer(verdict, Reason.DOES_NOT_APPLY, (seen,))
    if verdict is CheckVerdict.UNKNOWN:
        return unknown(Reason.COULD_NOT_LOOK, seen)
    return passed(seen) if verdict is CheckVerdict.PASS else failed(seen)


def _as_far_as_it_covers(control: Control, state: HostState) -> HostState:
    """Where the evidence proves a part of the duty only, all good is still only partly."""
    if control.whole or state.state is not ControlState.MET:
        return state
    return HostState(ControlState.PARTLY, Reason.PART_COVERED, state.seen)


def _judgement(control: Control, state: HostState) -> ControlJudgement:
    moments = [seen.moment for seen in state.seen]
    return ControlJudgement(
        control_id=control.id,
        state=state.state,
        credit=float(CREDIT[state.state]),
        reason=state.reason,
        positions=tuple(sorted({seen.position for seen in state.seen})),
        newest_at=max(moments, default=None),
        oldest_at=min(moments, default=None),
    )


def _value(controls: Sequence[Control], judged: Sequence[ControlJudgement]) -> float | None:
    applying = [
        (control.weight, CREDIT[judgement.state])
        for control, judgement in zip(controls, judged, strict=True)
        if judgement.state is not ControlState.NOT_APPLICABLE
    ]
    if not applying:
        return None
    earned = sum((weight * credit for weight, credit in applying), Fraction(0))
    return rounded(earned / sum(weight for weight, _ in applying))


def _coverage(judged: Sequence[ControlJudgement]) -> float:
    """A row that is known not to apply was looked at too."""
    if not judged:
        return 0.0
    known = sum(judgement.state is not ControlState.UNKNOWN for judgement in judged)
    return rounded(Fraction(known, len(judged)))
