"""Answers to single questions, and how they join into the state of a row.

What counts and was not looked at makes a state `blind`: a blind state earns nothing, however
good the rest is. So a wrong answer is never worth more than a right one, and an unknown one
never more than a wrong one, however deep `all` and `any` stand inside each other.

What is made for every check of every host is a Struct: it is made five times as fast as a frozen
dataclass, and a province has millions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from compliance.durations import is_fresh
from compliance.logged import Decisions, HostEvidence, Seen, SystemKey
from compliance.reasons import Reason
from wire.verdicts import CheckVerdict, ControlState

_WORST_FIRST = (
    CheckVerdict.FAIL,
    CheckVerdict.UNKNOWN,
    CheckVerdict.PASS,
    CheckVerdict.NOT_APPLICABLE,
)
STATES_WORST_FIRST = (
    ControlState.NOT_MET,
    ControlState.UNKNOWN,
    ControlState.PARTLY,
    ControlState.MET,
    ControlState.NOT_APPLICABLE,
)
_STATE = {
    CheckVerdict.PASS: ControlState.MET,
    CheckVerdict.FAIL: ControlState.NOT_MET,
    CheckVerdict.UNKNOWN: ControlState.UNKNOWN,
    CheckVerdict.NOT_APPLICABLE: ControlState.NOT_APPLICABLE,
}
_TELLING = {reason: place for place, reason in enumerate(Reason)}
_WRONG = frozenset({ControlState.NOT_MET, ControlState.PARTLY})


@dataclass(frozen=True, slots=True)
class SystemLook:
    """One system at one moment: its hosts, and what people decided about its facility."""

    system: SystemKey
    hosts: tuple[HostEvidence, ...]
    decisions: Decisions
    judged_at: datetime


class Look(Struct, frozen=True):
    """One host at one moment, for one system: what evidence may still be counted."""

    host: HostEvidence
    system: str
    judged_at: datetime
    fresh_for: timedelta

    def is_fresh(self, seen: Seen[object]) -> bool:
        return is_fresh(seen.moment, self.judged_at, self.fresh_for)


class Answer(Struct, frozen=True):
    """What one check, code or document says, and the evidence that it rests on."""

    verdict: CheckVerdict
    reason: Reason
    seen: tuple[Seen[object], ...] = ()


class HostFault(Struct, frozen=True):
    """A host by which a row is not met, or not known to be."""

    agent: str
    host: str
    state: ControlState
    reason: Reason


class HostState(Struct, frozen=True):
    """What answers of one host, or of all hosts of a system, make of a row."""

    state: ControlState
    reason: Reason
    seen: tuple[Seen[object], ...] = ()
    blind: bool = False  # something that counts was not looked at
    broken_by: tuple[HostFault, ...] = ()


def passed(*seen: Seen[object]) -> Answer:
    return Answer(CheckVerdict.PASS, Reason.GOOD, seen)


def failed(*seen: Seen[object]) -> Answer:
    return Answer(CheckVerdict.FAIL, Reason.WRONG, seen)


def unknown(reason: Reason, *seen: Seen[object]) -> Answer:
    return Answer(CheckVerdict.UNKNOWN, reason, seen)


def not_known(reason: Reason, *seen: Seen[object]) -> HostState:
    return HostState(ControlState.UNKNOWN, reason, seen, blind=True)


def state_of(answer: Answer, host: HostEvidence | None = None) -> HostState:
    """What one answer says of a row; of a host, unless it concerns the system as a whole."""
    state, reason = _STATE[answer.verdict], answer.reason
    blind = state is ControlState.UNKNOWN
    if host is None or not (blind or state is ControlState.NOT_MET):
        return HostState(state, reason, answer.seen, blind)
    fault = HostFault(host.agent, host.host, state, reason)
    return HostState(state, reason, answer.seen, blind, (fault,))


def worst(answers: Sequence[Answer]) -> Answer:
    """The worst of several answers to one question, resting on the evidence of all."""
    verdict = next(v for v in _WORST_FIRST if any(answer.verdict is v for answer in answers))
    reason = _most_telling(answer.reason for answer in answers if answer.verdict is verdict)
    return Answer(verdict, reason, tuple(seen for answer in answers for seen in answer.seen))


def join_all(parts: Sequence[HostState]) -> HostState:
    """Every part must be good. Credit for some of them only where all were looked at."""
    if len(parts) == 1:
        return parts[0]
    counted = [part for part in parts if part.state is not ControlState.NOT_APPLICABLE]
    wrong = [part for part in counted if part.state in _WRONG]
    dark = [part for part in counted if part.blind]
    if dark:
        state = ControlState.NOT_MET if wrong else ControlState.UNKNOWN
        return _joined(state, wrong or dark, parts, blind=True)
    if not wrong:
        state = ControlState.MET if counted else ControlState.NOT_APPLICABLE
        return _joined(state, counted or parts, parts)
    if all(part.state is ControlState.NOT_MET for part in counted):
        return _joined(ControlState.NOT_MET, wrong, parts)
    return _joined(ControlState.PARTLY, wrong, parts, reason=Reason.PART_WRONG)


def join_any(parts: Sequence[HostState]) -> HostState:
    """One good part is enough; without one, what was not looked at might have been it."""
    if len(parts) == 1:
        return parts[0]
    counted = [part for part in parts if part.state is not ControlState.NOT_APPLICABLE]
    if not counted:
        return _joined(ControlState.NOT_APPLICABLE, parts, parts)
    for state in (ControlState.MET, ControlState.PARTLY, ControlState.UNKNOWN):
        telling = [part for part in counted if part.state is state]
        if telling:
            return _joined(state, telling, parts, blind=state is ControlState.UNKNOWN)
    blind = any(part.blind for part in counted)
    return _joined(ControlState.NOT_MET, counted, parts, blind=blind)


def worst_state(states: Sequence[HostState]) -> HostState:
    """Several hosts of a system: the worst speaks for all; a host it does not concern is silent.

    Something wrong at one host stays known when nobody looked at another: as for the answers of
    one host, wrong beside unknown is not met, and earns nothing.
    """
    if len(states) == 1 and len(states[0].broken_by) <= 1:
        return states[0]
    known = {host.state for host in states}
    state = next(s for s in STATES_WORST_FIRST if s in known)
    telling = state
    if state is ControlState.UNKNOWN and ControlState.PARTLY in known:
        state, telling = ControlState.NOT_MET, ControlState.PARTLY
    reason = _most_telling(host.reason for host in states if host.state is telling)
    return HostState(
        state,
        reason,
        tuple(seen for host in states for seen in host.seen),
        any(host.blind for host in states),
        _by_host(fault for host in states for fault in host.broken_by),
    )


def _joined(
    state: ControlState,
    telling: Sequence[HostState],
    parts: Sequence[HostState],
    *,
    blind: bool = False,
    reason: Reason | None = None,
) -> HostState:
    """Of the telling parts comes the reason, and which host it was; of all comes the evidence."""
    return HostState(
        state,
        reason or _most_telling(part.reason for part in telling),
        tuple(seen for part in parts for seen in part.seen),
        blind,
        tuple(fault for part in telling for fault in part.broken_by),
    )


def _by_host(faults: Iterable[HostFault]) -> tuple[HostFault, ...]:
    """One fault a host, its worst; the worst host first."""
    found: dict[str, HostFault] = {}
    for fault in sorted(faults, key=_place):
        found.setdefault(fault.agent, fault)
    return tuple(found.values())


def _place(fault: HostFault) -> tuple[int, int, str, str]:
    state = STATES_WORST_FIRST.index(fault.state)
    return state, _TELLING[fault.reason], fault.host, fault.agent


def _most_telling(reasons: Iterable[Reason]) -> Reason:
    return min(reasons, key=_TELLING.__getitem__)
