"""One information system: every row of its level with its state, its evidence and its age."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from compliance.catalogue import Catalogue, Control
from compliance.logged import Evidence, HostEvidence, SystemKey
from compliance.score import ControlJudgement, Score, score
from compliance.transition import deadlines
from controller.fleet.evidence import evidence_of
from controller.fleet.judged_rows import catalogue_of
from controller.store.queries_decisions import exceptions
from controller.store.queries_facilities import Facility, System, find_facility, systems
from controller.web.pages.place import behind_login, may_see, place, viewer
from controller.web.pages.rendering import page
from texts.deadlines import show_deadline
from wire.verdicts import CheckVerdict, ControlState

_NOT_FOUND = 404
STATES_IN_ORDER = (
    ControlState.UNKNOWN,
    ControlState.NOT_MET,
    ControlState.PARTLY,
    ControlState.MET,
    ControlState.NOT_APPLICABLE,
)
_BESIDE: dict[str, Callable[[ControlJudgement], bool]] = {
    "waived": lambda judgement: judgement.waived,
    "declared": lambda judgement: judgement.declared,
}
"""What stands beside a state, by the name that a filter gives it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A control beside what the evidence makes of it; why it does not apply, where it does not."""

    control: Control
    judgement: ControlJudgement
    codes: tuple[str, ...] = ()  # that hosts gave for a row that does not apply


@dataclass(frozen=True, slots=True)
class JudgedSystem:
    """A system as of now; `catalogue` is what judged it."""

    facility: Facility
    system: System
    catalogue: Catalogue
    evidence: Evidence
    judged: Score
    judged_at: datetime

    @property
    def key(self) -> SystemKey:
        return SystemKey(self.system.facility, self.system.code)

    def rows(self) -> list[Row]:
        pairs = zip(self.catalogue.controls, self.judged.controls, strict=True)
        hosts = self.evidence.hosts_of(self.key)
        return [
            Row(control, judgement, _codes(control, judgement, hosts))
            for control, judgement in pairs
        ]


def _codes(
    control: Control, judgement: ControlJudgement, hosts: Sequence[HostEvidence]
) -> tuple[str, ...]:
    """The reason codes of the checks by which a row does not apply, each once."""
    if judgement.state is not ControlState.NOT_APPLICABLE:
        return ()
    said = (host.checks.get(check) for host in hosts for check in control.rule.checks())
    away = (
        seen.body.reason
        for seen in said
        if seen is not None and seen.body.verdict is CheckVerdict.NOT_APPLICABLE
    )
    return tuple(dict.fromkeys(reason for reason in away if reason))


def show_system(request: Request) -> Response:
    found = judged_system(request)
    if isinstance(found, Response):
        return found
    rows = found.rows()
    state, group = (request.query_params.get(name, "") for name in ("state", "group"))
    chosen = [row for row in rows if _is_chosen(row, state, group)]
    with place(request).database.reading() as connection:
        asked = {each.exception_id: each for each in exceptions(connection, found.system.facility)}
    return page(
        request,
        "system.html",
        facility=found.facility,
        system=found.system,
        deadlines=_deadlines(found),
        catalogue=found.catalogue,
        judged=found.judged,
        now=found.judged_at,
        groups=_groups(chosen),
        scores={each.group: each for each in found.judged.groups},
        states_of=_states_of(rows),
        counts=Counter(row.judgement.state for row in rows),
        beside={name: sum(map(test, found.judged.controls)) for name, test in _BESIDE.items()},
        exceptions=asked,
        states=STATES_IN_ORDER,
        state=state,
        group=group,
        shown=len(chosen),
    )


def _deadlines(found: JudgedSystem) -> list[str]:
    due = deadlines(found.system.regime, found.system.origin)
    return [show_deadline(one, found.judged_at) for one in due]


def judged_system(request: Request) -> JudgedSystem | Response:
    """The system of the address as of now, or the page that says why there is none."""
    system = _visible(request)
    if system is None:
        return page(request, "missing.html", _NOT_FOUND)
    now = place(request).now()
    with place(request).database.reading() as connection:
        facility = find_facility(connection, system.facility)
        catalogue = catalogue_of(connection, system)
        evidence = evidence_of(connection, system.facility)
    if catalogue is None or facility is None:
        return page(request, "system_without_catalogue.html", facility=facility, system=system)
    key = SystemKey(system.facility, system.code)
    judged = score(catalogue, evidence, key, now)
    return JudgedSystem(facility, system, catalogue, evidence, judged, now)


def _visible(request: Request) -> System | None:
    facility, code = request.path_params["facility"], request.path_params["system"]
    if not may_see(viewer(request), facility):
        return None
    with place(request).database.reading() as connection:
        return next((s for s in systems(connection, facility) if s.code == code), None)


def _is_chosen(row: Row, state: str, group: str) -> bool:
    if group and row.control.group != group:
        return False
    if state in _BESIDE:
        return _BESIDE[state](row.judgement)
    return not state or row.judgement.state.value == state


def _groups(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by the standard's group; in each what nobody knows first, then what is worst."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.control.group, []).append(row)
    for group in groups.values():
        group.sort(key=lambda row: STATES_IN_ORDER.index(row.judgement.state))
    return groups


def _states_of(rows: list[Row]) -> dict[str, Counter[ControlState]]:
    counts: dict[str, Counter[ControlState]] = {}
    for row in rows:
        counts.setdefault(row.control.group, Counter())[row.judgement.state] += 1
    return counts


ROUTES = (
    Route("/facility/{facility}/system/{system}", behind_login(show_system), methods=["GET"]),
)
