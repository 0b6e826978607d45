"""One answer to one question about one host, and how answers join."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.durations import is_fresh
from compliance.logged import HostEvidence, Seen
from compliance.reasons import Reason
from wire.verdicts import CheckVerdict, ControlState

_WORST_FIRST = (
    CheckVerdict.FAIL,
    CheckVerdict.UNKNOWN,
    CheckVerdict.PASS,
    CheckVerdict.NOT_APPLICABLE,
)
_STATES_WORST_FIRST = (
    ControlState.NOT_MET,
    ControlState.UNKNOWN,
    ControlState.PARTLY,
    ControlState.MET,
    ControlState.NOT_APPLICABLE,
)
_TELLING = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Look:
    """One host at one moment, for one system: what evidence may still be counted."""

    host: HostEvidence
    system: str
    judged_at: datetime
    fresh_for: timedelta

    def is_fresh(self, seen: Seen[object]) -> bool:
        return is_fresh(seen.moment, self.judged_at, self.fresh_for)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check or code says of one host, and the evidence that it rests on."""

    verdict: CheckVerdict
    reason: Reason
    seen: tuple[Seen[object], ...] = ()


@dataclass(frozen=True, slots=True)
class HostState:
    """What all answers of one host, or all hosts, make of a control."""

    state: ControlState
    reason: Reason
    seen: tuple[Seen[object], ...] = ()


def passed(*seen: Seen[object]) -> Answer:
    return Answer(CheckVerdict.PASS, Reason.GOOD, seen)


def failed(*seen: Seen[object]) -> Answer:
    return Answer(CheckVerdict.FAIL, Reason.WRONG, seen)


def unknown(reason: Reason, *seen: Seen[object]) -> Answer:
    return Answer(CheckVerdict.UNKNOWN, reason, seen)


def worst(answers: Sequence[Answer]) -> Answer:
    """The worst of several answers to one question, resting on the evidence of all."""
    verdict = next(v for v in _WORST_FIRST if any(answer.verdict is v for answer in answers))
    reason = _most_telling(answer.reason for answer in answers if answer.verdict is verdict)
    return Answer(verdict, reason, tuple(seen for answer in answers for seen in answer.seen))


def state_of_all(answers: Sequence[Answer]) -> HostState:
    """Every answer must be good. Credit for a part only where every part was looked at."""
    counted = [a for a in answers if a.verdict is not CheckVerdict.NOT_APPLICABLE]
    if not counted:
        return _state(ControlState.NOT_APPLICABLE, Reason.DOES_NOT_APPLY, answers)
    verdicts = {answer.verdict for answer in counted}
    if verdicts == {CheckVerdict.PASS, CheckVerdict.FAIL}:
        return _state(ControlState.PARTLY, Reason.PART_WRONG, answers)
    return _of_worst(counted, answers)


def state_of_any(answers: Sequence[Answer]) -> HostState:
    """One good answer is enough; without one, what was not looked at might have been it."""
    counted = [a for a in answers if a.verdict is not CheckVerdict.NOT_APPLICABLE]
    if not counted:
        return _state(ControlState.NOT_APPLICABLE, Reason.DOES_NOT_APPLY, answers)
    good = [answer for answer in counted if answer.verdict is CheckVerdict.PASS]
    open_ones = [answer for answer in counted if answer.verdict is CheckVerdict.UNKNOWN]
    return _of_worst(good or open_ones or counted, answers)


def worst_state(states: Sequence[HostState]) -> HostState:
    """Several hosts of a system: the worst speaks for all; a host it does not concern is silent.

    Something wrong at one host stays known when nobody looked at another: as for the answers of
    one host, wrong beside unknown is not met, and earns nothing.
    """
    known = {host.state for host in states}
    state = next(s for s in _STATES_WORST_FIRST if s in known)
    telling = state
    if state is ControlState.UNKNOWN and ControlState.PARTLY in known:
        state, telling = ControlState.NOT_MET, ControlState.PARTLY
    reason = _most_telling(host.reason for host in states if host.state is telling)
    return HostState(state, reason, tuple(seen for host in states for seen in host.seen))


def _of_worst(counted: Sequence[Answer], answers: Sequence[Answer]) -> HostState:
    answer = worst(counted)
    state = {
        CheckVerdict.PASS: ControlState.MET,
        CheckVerdict.FAIL: ControlState.NOT_MET,
        CheckVerdict.UNKNOWN: ControlState.UNKNOWN,
    }[answer.verdict]
    return _state(state, answer.reason, answers)


def _state(state: ControlState, reason: Reason, answers: Sequence[Answer]) -> HostState:
    return HostState(state, reason, tuple(seen for answer in answers for seen in answer.seen))


def _most_telling(reasons: Iterable[Reason]) -> Reason:
    return min(reasons, key=_TELLING.__getitem__)
