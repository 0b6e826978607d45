"""The newest that was said about each thing, folded from the log.

A later position replaces an earlier one. A drill counts as its proof is judged against what was
committed before it, never as the agent calls it; the judge of drills is given by the caller.
What an agent says after its revocation is never logged; what a revoked agent said before no
longer speaks for any system.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from msgspec import structs

from compliance.decisions import Deciding, DecisionAct, decisions_of
from compliance.logged import (
    DatasetEvidence,
    Evidence,
    HostEvidence,
    LoggedAct,
    LoggedStatement,
    Seen,
    moment_of,
)
from wire.acts import AgentEnrolled, AgentRevoked, Assigned
from wire.commitments import Commitment, Commitments
from wire.messages import (
    Backup,
    Configuration,
    Drill,
    Findings,
    IntegrityScan,
    Inventory,
    Manifest,
    Result,
    SiteEvidence,
)
from wire.verdicts import DrillVerdict

SPOT = "D0"  # a spot challenge is no trial restore
BY_ITSELF = frozenset({"schedule", "order"})  # what started a backup without a person
DECISIVE = frozenset({DrillVerdict.PASSED, DrillVerdict.FAILED})

JudgeDrill = Callable[[Drill, Sequence[Commitment]], DrillVerdict]
"""What a drill proves, by what the same agent committed of that dataset before, in log order."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Membership:
    """Which systems an agent serves, as the newest act or header says."""

    facility: str
    host: str
    systems: frozenset[str]


@dataclass(slots=True)
class _Gathering:
    """What one agent has said so far."""

    enrolled: _Membership | None = None
    assigned: frozenset[str] | None = None
    header: _Membership | None = None
    checks: dict[str, Seen[Result]] = field(default_factory=dict)
    datasets: dict[str, DatasetEvidence] = field(default_factory=dict)
    committed: dict[str, Commitments] = field(default_factory=dict)
    inventory: Seen[Inventory] | None = None
    configuration: Seen[Configuration] | None = None
    sites: Seen[SiteEvidence] | None = None
    findings: Seen[Findings] | None = None
    scans: dict[str, Seen[IntegrityScan]] = field(default_factory=dict)


@dataclass(slots=True)
class Folding:
    """A fold that may be looked at on its way: one pass over the log serves many moments.

    Entries are added in the log's order. What `evidence` returned is good until the next `add`.
    """

    judge_drill: JudgeDrill
    _agents: dict[str, _Gathering] = field(default_factory=dict)
    _revoked: set[str] = field(default_factory=set)
    _deciding: dict[str, Deciding] = field(default_factory=dict)  # by facility

    def add(self, entry: LoggedStatement | LoggedAct) -> None:
        agents = self._agents
        if isinstance(entry, LoggedStatement):
            said = agents.setdefault(entry.header.agent, _Gathering())
            _add_statement(said, entry, self.judge_drill)
        elif isinstance(entry.act, AgentRevoked):
            self._revoked.add(entry.act.agent)
        elif isinstance(entry.act, AgentEnrolled | Assigned):
            _add_act(agents.setdefault(entry.act.agent, _Gathering()), entry.act)
        elif isinstance(entry.act, DecisionAct):
            self._deciding.setdefault(entry.act.facility, Deciding()).add(entry, entry.act)

    def evidence(self) -> Evidence:
        speaking = ((a, said) for a, said in self._agents.items() if a not in self._revoked)
        hosts = (_host(agent, said) for agent, said in speaking)
        speaking_hosts = {host.agent: host for host in hosts if host is not None}
        return Evidence(speaking_hosts, decisions_of(self._deciding))


def fold(entries: Iterable[LoggedStatement | LoggedAct], judge_drill: JudgeDrill) -> Evidence:
    """Fold the log's first entries, given in any order, into the newest evidence of every host."""
    folding = Folding(judge_drill)
    for entry in sorted(entries, key=lambda entry: entry.position):
        folding.add(entry)
    return folding.evidence()


def _add_act(said: _Gathering, act: AgentEnrolled | Assigned) -> None:
    if isinstance(act, Assigned):
        said.assigned = frozenset(system.code for system in act.systems)
    else:
        said.enrolled = _Membership(act.facility, act.host, frozenset(act.systems))


def _add_statement(said: _Gathering, entry: LoggedStatement, judge_drill: JudgeDrill) -> None:
    header, body = entry.header, entry.body
    said.header = _Membership(header.facility, header.host, frozenset(header.systems))
    if isinstance(body, Findings):
        said.findings = _newer(said.findings, _seen(entry, body, header.made_at))
        _add_results(said.checks, entry, body)
    elif isinstance(body, Inventory):
        said.inventory = _newer(said.inventory, _seen(entry, body, header.made_at))
    elif isinstance(body, Configuration):
        said.configuration = _newer(said.configuration, _seen(entry, body, header.made_at))
    elif isinstance(body, IntegrityScan):
        seen_scan = _seen(entry, body, body.to_at)
        said.scans[body.watched] = _newer(said.scans.get(body.watched), seen_scan)
    elif isinstance(body, SiteEvidence):
        said.sites = _newer(said.sites, _seen(entry, body, body.measured_at))
    elif isinstance(body, Backup | Manifest | Drill):
        known = said.datasets.get(body.dataset, DatasetEvidence(frozenset()))
        committed = said.committed.setdefault(body.dataset, Commitments())
        if isinstance(body, Drill):
            seen_drill = _judged(entry, body, judge_drill(body, committed.made))
            said.datasets[body.dataset] = _with_drill(known, seen_drill)
        else:
            committed.add(header.made_at, body)
            said.datasets[body.dataset] = _with_recovery(known, entry, body)


def _add_results(checks: dict[str, Seen[Result]], entry: LoggedStatement, body: Findings) -> None:
    """Most results of a look have the time of one fact: each time is corrected once."""
    moments: dict[datetime, datetime] = {}
    for result in body.results:
        at = result.collected_at
        moment = moments.get(at)
        if moment is None:
            moment = moments[at] = moment_of(at, entry.header, entry.received_at)
        seen = Seen(entry.position, moment, entry.header.made_at, result)
        checks[result.check] = _newer(checks.get(result.check), seen)


def _with_recovery(
    known: DatasetEvidence, entry: LoggedStatement, body: Backup | Manifest
) -> DatasetEvidence:
    made_at = entry.header.made_at
    if isinstance(body, Manifest):
        return replace(known, manifest=_newer(known.manifest, _seen(entry, body, made_at)))
    seen = _seen(entry, body, made_at)
    newest = _newer(known.backup, seen)
    systems = frozenset(entry.header.systems) if newest is seen else known.systems
    by_itself = _newer(known.by_itself, seen) if body.trigger in BY_ITSELF else known.by_itself
    return replace(known, systems=systems, backup=newest, by_itself=by_itself)


def _judged(entry: LoggedStatement, drill: Drill, verdict: DrillVerdict) -> Seen[Drill]:
    return _seen(entry, structs.replace(drill, verdict=verdict), drill.ended_at)


def _with_drill(known: DatasetEvidence, seen: Seen[Drill]) -> DatasetEvidence:
    """A drill that could not look does not hide the decisive one before it."""
    drill = seen.body
    if drill.drill_class == SPOT or drill.verdict not in DECISIVE:
        return known
    newest = _newer(known.drills.get(drill.site), seen)
    return replace(known, drills={**known.drills, drill.site: newest})


def _seen(entry: LoggedStatement, body: T, said_at: datetime) -> Seen[T]:
    moment = moment_of(said_at, entry.header, entry.received_at)
    return Seen(entry.position, moment, entry.header.made_at, body)


def _newer(known: Seen[T] | None, seen: Seen[T]) -> Seen[T]:
    return seen if known is None or seen.position > known.position else known


def _host(agent: str, said: _Gathering) -> HostEvidence | None:
    """Acts decide whom an agent serves; its own header counts where no act names a system."""
    place = said.enrolled or said.header
    if place is None:  # assigned, but never enrolled and never heard
        return None
    by_act = said.enrolled.systems if said.enrolled else frozenset()
    if said.assigned is not None:
        by_act = said.assigned
    by_header = said.header.systems if said.header else frozenset()
    return HostEvidence(
        agent=agent,
        facility=place.facility,
        host=place.host,
        systems=by_act or by_header,
        checks=said.checks,
        datasets=said.datasets,
        inventory=said.inventory,
        configuration=said.configuration,
        sites=said.sites,
        findings=said.findings,
        scans=said.scans,
    )
