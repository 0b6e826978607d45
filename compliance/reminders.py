"""What people decided and what soon ends: documents to renew, exceptions to ask for again.

A document ends for a row when its own time is over, or when it is older than the row's interval.
It is no reminder where another one, of the same system and row, goes on after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from compliance.catalogue import Catalogue
from compliance.decisions import counts, document_counts
from compliance.logged import Attestation, Decisions, Evidence, ExceptionCase
from wire.verdicts import ExceptionKind


class DueKind(StrEnum):
    """What ends."""

    ATTESTATION = "attestation"
    WAIVER = "waiver"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that ends soon, and the rows that have nothing after it."""

    ends_at: datetime
    facility: str
    kind: DueKind
    id: str
    system: str  # "": every system of the facility
    controls: tuple[str, ...]


Intervals = Mapping[str, timedelta]  # control -> how long a document proves it


def intervals_of(catalogue: Catalogue) -> dict[str, timedelta]:
    """How long documents prove the rows of a catalogue that ask for one."""
    return {
        control.id: min(leaf.fresh_for for leaf in documents)
        for control in catalogue.controls
        if (documents := [leaf for leaf in control.rule.leaves() if leaf.mode == "attest"])
    }


def due_soon(
    evidence: Evidence, at: datetime, within: timedelta, intervals: Intervals
) -> tuple[Due, ...]:
    """What is in force at `at` and ends within that time, what ends first standing first.

    Args:
        evidence: of one facility, or of all.
        at: the moment to judge, UTC.
        within: how far ahead to look.
        intervals: `intervals_of` the catalogues in force; a row that is not in them ends by
            the document's own date alone.
    """
    found = [
        due
        for facility, decisions in evidence.decisions.items()
        for due in (*_documents(facility, decisions, at, intervals), *_cases(decisions, at))
        if due.ends_at <= at + within
    ]
    return tuple(sorted(found, key=lambda due: (due.ends_at, due.facility, due.kind, due.id)))


def over(evidence: Evidence, at: datetime, intervals: Intervals) -> tuple[Due, ...]:
    """Documents whose time is over for rows that no other document proves at `at`."""
    found = [
        due
        for facility, decisions in evidence.decisions.items()
        for due in _over(facility, decisions, at, intervals)
    ]
    return tuple(sorted(found, key=lambda due: (due.ends_at, due.facility, due.id)))


def _over(facility: str, decisions: Decisions, at: datetime, intervals: Intervals) -> Iterator[Due]:
    for name, attestation in decisions.attestations.items():
        document = attestation.recorded.body
        if attestation.withdrawn is not None or at < document.valid_from:
            continue
        ends = {
            control: _end(attestation, control, intervals)
            for control in dict.fromkeys(document.controls)
            if not _is_proved(decisions, document.system, control, at, intervals)
        }
        if ends:
            kind, last = DueKind.ATTESTATION, max(ends.values())
            yield Due(last, facility, kind, name, document.system, tuple(ends))


def _is_proved(
    decisions: Decisions, system: str, control: str, at: datetime, intervals: Intervals
) -> bool:
    interval = intervals.get(control, timedelta.max)
    return any(
        other.recorded.body.system in ("", system) and document_counts(other, at, interval)
        for other in decisions.documents_of[control]
    )


def _documents(
    facility: str, decisions: Decisions, at: datetime, intervals: Intervals
) -> Iterator[Due]:
    for name, attestation in decisions.attestations.items():
        ends: dict[datetime, list[str]] = {}
        for control in dict.fromkeys(attestation.recorded.body.controls):
            until = _end(attestation, control, intervals)
            interval = intervals.get(control, timedelta.max)
            in_force = document_counts(attestation, at, interval)
            if in_force and not _goes_on(decisions, attestation, control, intervals):
                ends.setdefault(until, []).append(control)
        for until, controls in ends.items():
            system = attestation.recorded.body.system
            yield Due(until, facility, DueKind.ATTESTATION, name, system, tuple(controls))


def _end(attestation: Attestation, control: str, intervals: Intervals) -> datetime:
    """When a document proves a row no more; evidence of exactly the interval's age still counts."""
    until = attestation.recorded.body.valid_until
    interval = intervals.get(control, timedelta.max)
    if interval >= until - attestation.recorded.moment:
        return until
    return attestation.recorded.moment + interval


def _goes_on(
    decisions: Decisions, attestation: Attestation, control: str, intervals: Intervals
) -> bool:
    until = _end(attestation, control, intervals)
    return any(
        other.withdrawn is None
        and other.recorded.body.system in ("", attestation.recorded.body.system)
        and other.recorded.body.valid_from <= until < _end(other, control, intervals)
        for other in decisions.documents_of[control]
    )


def _cases(decisions: Decisions, at: datetime) -> Iterator[Due]:
    for name, case in decisions.exceptions.items():
        asked = case.request.body
        row = decisions.exceptions_of[asked.system, asked.control]
        if counts(case, at) and not any(_outlasts(other, case, at) for other in row):
            kind = DueKind(asked.kind.value)
            yield Due(asked.expires_at, asked.facility, kind, name, asked.system, (asked.control,))


def _outlasts(other: ExceptionCase, case: ExceptionCase, at: datetime) -> bool:
    kind: ExceptionKind = case.request.body.kind
    longer = other.request.body.expires_at > case.request.body.expires_at
    return longer and other.request.body.kind is kind and counts(other, at)
