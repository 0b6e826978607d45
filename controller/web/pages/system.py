"""One information system: every control with its state, its evidence and its age, judged now."""

from collections import Counter
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from compliance.catalogue import Catalogue, Control
from compliance.logged import SystemKey
from compliance.score import ControlJudgement, Score, score
from controller.fleet.evidence import evidence_of
from controller.library import catalogue_for
from controller.store.queries_facilities import System, find_facility, systems
from controller.web.pages.place import behind_login, may_see, place, viewer
from controller.web.pages.rendering import page
from wire.verdicts import ControlState

_NOT_FOUND = 404
_STATES_IN_ORDER = (
    ControlState.UNKNOWN,
    ControlState.NOT_MET,
    ControlState.PARTLY,
    ControlState.MET,
    ControlState.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A control beside what the evidence makes of it."""

    control: Control
    judgement: ControlJudgement


def show_system(request: Request) -> Response:
    system = _visible(request)
    if system is None:
        return page(request, "missing.html", _NOT_FOUND)
    here = place(request)
    catalogue = catalogue_for(list(here.catalogues), system.regime, system.level)
    with here.database.reading() as connection:
        facility = find_facility(connection, system.facility)
        evidence = evidence_of(connection, system.facility)
    if catalogue is None:
        return page(request, "system_without_catalogue.html", facility=facility, system=system)
    judged = score(catalogue, evidence, SystemKey(system.facility, system.code), here.now())
    rows = _rows(catalogue, judged)
    return page(
        request,
        "system.html",
        facility=facility,
        system=system,
        catalogue=catalogue,
        judged=judged,
        groups=_groups(_chosen(rows, request.query_params.get("state", ""))),
        counts=Counter(row.judgement.state for row in rows),
        states=_STATES_IN_ORDER,
        chosen=request.query_params.get("state", ""),
    )


def _visible(request: Request) -> System | None:
    facility, code = request.path_params["facility"], request.path_params["system"]
    if not may_see(viewer(request), facility):
        return None
    with place(request).database.reading() as connection:
        return next((s for s in systems(connection, facility) if s.code == code), None)


def _rows(catalogue: Catalogue, judged: Score) -> list[Row]:
    pairs = zip(catalogue.controls, judged.controls, strict=True)
    return [Row(control, judgement) for control, judgement in pairs]


def _chosen(rows: list[Row], state: str) -> list[Row]:
    return [row for row in rows if not state or row.judgement.state.value == state]


def _groups(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by the standard's group, what is worst first inside each."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.control.group, []).append(row)
    for group in groups.values():
        group.sort(key=lambda row: _STATES_IN_ORDER.index(row.judgement.state))
    return groups


ROUTES = (
    Route("/facility/{facility}/system/{system}", behind_login(show_system), methods=["GET"]),
)
