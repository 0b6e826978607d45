"""Attestations: what documents prove, how long still, and who vouches for it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from compliance.catalogue import Control
from controller.errors import ControllerError, UnknownThingError
from controller.fleet.judged_rows import rests_on_attestation, rows_of, systems_meant
from controller.fleet.record_attestation import record_attestation
from controller.fleet.rights import MAY_ATTEST, may
from controller.fleet.typed import first_moment, last_moment
from controller.fleet.withdraw_attestation import withdraw_attestation
from controller.store.engine import Connection
from controller.store.queries_decisions import (
    Attestation,
    Standing,
    attestations,
    find_attestation,
)
from controller.store.queries_facilities import System, find_facility, systems
from controller.web.forms import LARGEST_FILE, Form, form_with_document
from controller.web.pages.form_ids import id_of_form, new_form
from controller.web.pages.place import (
    MOST,
    behind_login,
    form_behind_login,
    may_see,
    place,
    viewer,
)
from controller.web.pages.refusals import sentence_of, status_of
from controller.web.pages.rendering import page
from wire.acts import AttestationRecorded
from wire.text import N_

_SEE_OTHER, _NOT_FOUND = 303, 404
_ROOM_FOR_FIELDS = 1024 * 1024
_EMPTY = Form(())
_STANDING = frozenset({Standing.IN_FORCE, Standing.NOT_YET})


@dataclass(frozen=True, slots=True)
class _Covered:
    """A row that an attestation names, and the systems for which it counts."""

    control: str
    row: Control | None
    systems: tuple[System, ...]


def show_attestations(request: Request) -> Response:
    wanted = viewer(request).facility or request.query_params.get("facility") or None
    with place(request).database.reading() as connection:
        found = attestations(connection, wanted)
        chosen = find_facility(connection, wanted) if wanted else None
    now = place(request).now()
    standing = [each for each in found if each.standing(now) in _STANDING]
    over = [each for each in reversed(found) if each.standing(now) not in _STANDING]
    return page(
        request,
        "attestations.html",
        standing=standing[:MOST],
        left_out=max(0, len(standing) - MOST),
        over=over[:MOST],
        now=now,
        wanted=wanted,
        may_act=chosen is not None and may(viewer(request), MAY_ATTEST, chosen.code),
    )


def show_attestation(request: Request) -> Response:
    return _shown(request, "", 200)


def withdraw(request: Request, form: Form) -> Response:
    attestation_id = str(request.path_params["attestation"])
    if _visible(request) is None:
        return page(request, "missing.html", _NOT_FOUND)
    try:
        withdraw_attestation(
            place(request).province, viewer(request), attestation_id, form.get("reason")
        )
    except ControllerError as error:
        return _shown(request, sentence_of(error), status_of(error))
    return RedirectResponse(f"/attestations/{attestation_id}", _SEE_OTHER)


def new_attestation(request: Request) -> Response:
    return _blank(request, _EMPTY, "", 200)


def record(request: Request, form: Form) -> Response:
    facility = str(request.path_params["facility"])
    if not may_see(viewer(request), facility):
        return page(request, "missing.html", _NOT_FOUND)
    try:
        act = _act(facility, form)
        record_attestation(place(request).province, viewer(request), act)
    except ControllerError as error:
        return _blank(request, form, sentence_of(error), status_of(error))
    return RedirectResponse(f"/attestations/{act.attestation_id}", _SEE_OTHER)


def _act(facility: str, form: Form) -> AttestationRecorded:
    return AttestationRecorded(
        attestation_id=id_of_form("attest", form),
        facility=facility,
        controls=form.all("control"),
        document=form.get("document"),
        document_sha256=form.digest or form.get("sha256").strip().lower(),
        valid_from=first_moment(N_("beginning"), form.get("from")),
        valid_until=last_moment(N_("end"), form.get("until")),
        system=form.get("system"),
    )


def _visible(request: Request) -> Attestation | None:
    with place(request).database.reading() as connection:
        found = find_attestation(connection, str(request.path_params["attestation"]))
    return found if found is not None and may_see(viewer(request), found.facility) else None


def _shown(request: Request, problem: str, status: int) -> Response:
    found = _visible(request)
    if found is None:
        return page(request, "missing.html", _NOT_FOUND)
    with place(request).database.reading() as connection:
        facility = find_facility(connection, found.facility)
        covered = _covered(connection, found)
    return page(
        request,
        "attestation.html",
        status,
        attestation=found,
        facility=facility,
        covered=covered,
        now=place(request).now(),
        may_act=may(viewer(request), MAY_ATTEST, found.facility),
        problem=problem,
    )


def _covered(connection: Connection, found: Attestation) -> list[_Covered]:
    meant = systems_meant(connection, found.facility, found.system)
    rows = {system.code: rows_of(connection, [system]) for system in meant}
    covered = []
    for control in found.controls:
        judged = tuple(system for system in meant if control in rows[system.code])
        row = rows[judged[0].code][control] if judged else None
        covered.append(_Covered(control, row, judged))
    return covered


def _blank(request: Request, form: Form, problem: str, status: int) -> Response:
    """The form, with what was typed so far."""
    facility = str(request.path_params["facility"])
    asked = form.get("system") or request.query_params.get("system", "")
    if not may(viewer(request), MAY_ATTEST, facility):
        return page(request, "missing.html", _NOT_FOUND)
    with place(request).database.reading() as connection:
        known = find_facility(connection, facility)
        if known is None:
            return page(request, "missing.html", _NOT_FOUND)
        try:
            meant = systems_meant(connection, facility, asked)
        except UnknownThingError:
            meant = systems(connection, facility)
        rows = rows_of(connection, meant).values()
        everything = systems(connection, facility)
    return page(
        request,
        "attestation_form.html",
        status,
        facility=known,
        systems=everything,
        system=asked,
        groups=_by_group([row for row in rows if rests_on_attestation(row)]),
        chosen=form.all("control") or tuple(request.query_params.getlist("control")),
        form=form,
        form_id=new_form(place(request).province),
        largest_mib=LARGEST_FILE // 1024**2,
        problem=problem,
    )


def _by_group(rows: list[Control]) -> dict[str, list[Control]]:
    groups: dict[str, list[Control]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return groups


ROUTES = (
    Route("/attestations", behind_login(show_attestations), methods=["GET"]),
    Route("/attestations/{attestation}", behind_login(show_attestation), methods=["GET"]),
    Route("/attestations/{attestation}/withdraw", form_behind_login(withdraw), methods=["POST"]),
    Route("/facility/{facility}/attest", behind_login(new_attestation), methods=["GET"]),
    Route(
        "/facility/{facility}/attest",
        form_behind_login(record, form_with_document),
        methods=["POST"],
        max_body_size=LARGEST_FILE + _ROOM_FOR_FIELDS,
    ),
)
