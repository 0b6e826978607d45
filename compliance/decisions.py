"""What people recorded and decided: documents, waivers, rows declared not to apply.

Folded from the log in its order, so that whoever holds the log comes to the same answer:

- The newest statement of a document's id stands; a withdrawal ends what was recorded before it.
- The first request of an exception's id stands. The first decision on it stands that another
  person made, after the request and before its end. The requester's own decision, one of
  the controller itself, one without a request and one on something ended count for nothing.
- An exception counts from its approval until it expires or is ended. Nothing undoes an end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from compliance.answers import Answer, passed, unknown
from compliance.durations import is_fresh
from compliance.logged import Attestation, Decisions, ExceptionCase, LoggedAct, Seen
from compliance.reasons import Reason
from wire.acts import (
    AttestationRecorded,
    AttestationWithdrawn,
    ExceptionDecided,
    ExceptionEnded,
    ExceptionRequested,
)
from wire.verdicts import ExceptionKind, NotApplicableReason

CONTROLLER = "controller"  # it acts too, but decides for nobody
DecisionAct = (
    AttestationRecorded
    | AttestationWithdrawn
    | ExceptionRequested
    | ExceptionDecided
    | ExceptionEnded
)
_REASONS = frozenset(reason.value for reason in NotApplicableReason)

T = TypeVar("T")


@dataclass(slots=True)
class Deciding:
    """What was read so far about one facility; acts are added in the log's order."""

    attestations: dict[str, Attestation] = field(default_factory=dict)
    exceptions: dict[str, ExceptionCase] = field(default_factory=dict)

    def add(self, entry: LoggedAct, act: DecisionAct) -> None:
        if isinstance(act, AttestationRecorded):
            moment = min(act.valid_from, entry.received_at)
            seen = Seen(entry.position, moment, entry.received_at, act)
            self.attestations[act.attestation_id] = Attestation(seen, entry.by)
        elif isinstance(act, AttestationWithdrawn):
            self._withdraw(_seen(entry, act))
        elif isinstance(act, ExceptionRequested):
            case = ExceptionCase(_seen(entry, act), entry.by)
            self.exceptions.setdefault(act.exception_id, case)
        else:
            self._change(entry, act)

    def decisions(self) -> Decisions:
        """As it stands now; what was given out before is not changed by later acts."""
        documents: dict[str, tuple[Attestation, ...]] = {}
        for attestation in sorted(self.attestations.values(), key=_newest_first):
            for control in dict.fromkeys(attestation.recorded.body.controls):
                documents[control] = (*documents.get(control, ()), attestation)
        cases: dict[tuple[str, str], tuple[ExceptionCase, ...]] = {}
        for case in self.exceptions.values():
            row = (case.request.body.system, case.request.body.control)
            cases[row] = (*cases.get(row, ()), case)
        return Decisions(dict(self.attestations), dict(self.exceptions), documents, cases)

    def _withdraw(self, seen: Seen[AttestationWithdrawn]) -> None:
        known = self.attestations.get(seen.body.attestation_id)
        if known is not None and known.withdrawn is None:
            self.attestations[seen.body.attestation_id] = replace(known, withdrawn=seen)

    def _change(self, entry: LoggedAct, act: ExceptionDecided | ExceptionEnded) -> None:
        case = self.exceptions.get(act.exception_id)
        if case is None or case.end is not None:
            return
        if isinstance(act, ExceptionEnded):
            self.exceptions[act.exception_id] = replace(case, end=_seen(entry, act))
        elif case.decision is None and may_decide(case.by, entry.by):
            decided = replace(case, decision=_seen(entry, act), decided_by=entry.by)
            self.exceptions[act.exception_id] = decided


def may_decide(requester: str, decider: str) -> bool:
    """Two different people: one asks, another decides, and neither is the controller."""
    names = {requester.casefold(), decider.casefold()}
    return len(names) == 2 and not names & {"", CONTROLLER}  # noqa: PLR2004 - two people


def counts(case: ExceptionCase, at: datetime) -> bool:
    """Whether an exception is in force: approved, not ended, and its time not yet over."""
    request = case.request.body
    if case.decision is None or not case.decision.body.approved or case.end is not None:
        return False
    if request.kind is ExceptionKind.NOT_APPLICABLE and request.reason not in _REASONS:
        return False
    return case.request.moment < request.expires_at and at < request.expires_at


def exception_for(
    decisions: Decisions, row: tuple[str, str], kind: ExceptionKind, at: datetime
) -> ExceptionCase | None:
    """The exception of a kind that is in force for (system, control); of several the longest."""
    standing = [
        case
        for case in decisions.exceptions_of.get(row, ())
        if case.request.body.kind is kind and counts(case, at)
    ]
    return max(
        standing,
        key=lambda case: (case.request.body.expires_at, case.request.position),
        default=None,
    )


def document_for(
    decisions: Decisions, row: tuple[str, str], at: datetime, fresh_for: timedelta
) -> Answer:
    """Whether a document proves (system, control): the newest that is in force speaks."""
    system, control = row
    covering = [
        attestation
        for attestation in decisions.documents_of.get(control, ())
        if attestation.recorded.body.system in ("", system)
    ]
    if not covering:
        return unknown(Reason.NO_DOCUMENT)
    for attestation in covering:
        if document_counts(attestation, at, fresh_for):
            return passed(attestation.recorded)
    standing = [attestation for attestation in covering if attestation.withdrawn is None]
    newest = (standing or covering)[0]
    if newest.withdrawn is not None:
        return unknown(Reason.DOCUMENT_WITHDRAWN, newest.recorded, newest.withdrawn)
    if at < newest.recorded.body.valid_from:
        return unknown(Reason.DOCUMENT_NOT_YET, newest.recorded)
    return unknown(Reason.DOCUMENT_EXPIRED, newest.recorded)


def document_counts(attestation: Attestation, at: datetime, fresh_for: timedelta) -> bool:
    """Whether a document is in force, and no older than the row's interval."""
    document = attestation.recorded.body
    if attestation.withdrawn is not None or not document.valid_from <= at < document.valid_until:
        return False
    return is_fresh(attestation.recorded.moment, at, fresh_for)


def _newest_first(attestation: Attestation) -> int:
    return -attestation.recorded.position


def _seen(entry: LoggedAct, body: T) -> Seen[T]:
    return Seen(entry.position, entry.received_at, entry.received_at, body)


def decisions_of(deciding: Mapping[str, Deciding]) -> dict[str, Decisions]:
    return {facility: each.decisions() for facility, each in deciding.items()}
