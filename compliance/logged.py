"""What stands in the log, and what is known of each host after reading it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from wire.acts import (
    Act,
    AttestationRecorded,
    AttestationWithdrawn,
    ExceptionDecided,
    ExceptionEnded,
    ExceptionRequested,
)
from wire.header import Header
from wire.messages import (
    Backup,
    Body,
    Configuration,
    Drill,
    Findings,
    IntegrityScan,
    Inventory,
    Manifest,
    Result,
    SiteEvidence,
)

T_co = TypeVar("T_co", covariant=True)


class SystemKey(NamedTuple):
    """System codes are unique inside a facility."""

    facility: str
    system: str


@dataclass(frozen=True, slots=True)
class LoggedStatement:
    """One verified statement of an agent at its place in the log."""

    position: int  # index in the log, from 0
    received_at: datetime  # by the controller's clock, UTC
    kind: str
    header: Header
    body: Body


@dataclass(frozen=True, slots=True)
class LoggedAct:
    """One act of a person or of the controller at its place in the log."""

    position: int
    received_at: datetime
    act: Act
    by: str = ""  # who: a user, or the controller itself


class Seen(Struct, Generic[T_co], frozen=True):
    """One thing that was said: where it stands, when it was so, and when it was made."""

    position: int
    moment: datetime  # corrected by the measured offset, never later than it was received
    made_at: datetime  # by the host's own clock: for ages inside one statement
    body: T_co


@dataclass(frozen=True, slots=True)
class DatasetEvidence:
    """The newest of each kind about one dataset. Drills: decisive trial restores by site."""

    systems: frozenset[str]
    backup: Seen[Backup] | None = None
    by_itself: Seen[Backup] | None = None
    manifest: Seen[Manifest] | None = None
    drills: Mapping[str, Seen[Drill]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostEvidence:
    """The newest of each kind that one agent said."""

    agent: str
    facility: str
    host: str
    systems: frozenset[str]
    checks: Mapping[str, Seen[Result]]
    datasets: Mapping[str, DatasetEvidence]
    inventory: Seen[Inventory] | None
    configuration: Seen[Configuration] | None
    sites: Seen[SiteEvidence] | None
    findings: Seen[Findings] | None
    scans: Mapping[str, Seen[IntegrityScan]] = field(default_factory=dict)  # by watched path


@dataclass(frozen=True, slots=True)
class Attestation:
    """A recorded document. Its moment is its own date, never later than it was recorded."""

    recorded: Seen[AttestationRecorded]
    by: str
    withdrawn: Seen[AttestationWithdrawn] | None = None


@dataclass(frozen=True, slots=True)
class ExceptionCase:
    """What was asked for one row of one system, and what another person decided."""

    request: Seen[ExceptionRequested]
    by: str
    decision: Seen[ExceptionDecided] | None = None
    decided_by: str = ""
    end: Seen[ExceptionEnded] | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people recorded and decided about one facility, as it stands after reading the log."""

    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    exceptions: Mapping[str, ExceptionCase] = field(default_factory=dict)
    documents_of: Mapping[str, tuple[Attestation, ...]] = field(default_factory=dict)  # by control
    exceptions_of: Mapping[tuple[str, str], tuple[ExceptionCase, ...]] = field(
        default_factory=dict
    )  # by system and control


NO_DECISIONS = Decisions()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All hosts that speak, by agent id; what people decided, by facility."""

    hosts: Mapping[str, HostEvidence]
    decisions: Mapping[str, Decisions] = field(default_factory=dict)

    def hosts_of(self, system: SystemKey) -> tuple[HostEvidence, ...]:
        return tuple(
            host
            for _, host in sorted(self.hosts.items())
            if host.facility == system.facility and system.system in host.systems
        )

    def decisions_of(self, facility: str) -> Decisions:
        return self.decisions.get(facility, NO_DECISIONS)


def moment_of(said_at: datetime, header: Header, received_at: datetime) -> datetime:
    """When something was so: by the corrected host clock, never later than it arrived."""
    try:
        corrected = said_at + timedelta(seconds=header.clock_offset_s)
    except OverflowError:  # an offset of centuries is no measurement
        corrected = said_at
    return min(corrected, received_at)
