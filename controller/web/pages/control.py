"""One row of one system: what it asks, what decides it, who answered what, who vouches for it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from compliance.catalogue import Control
from controller.errors import ControllerError
from controller.fleet.judged_rows import rests_on_attestation
from controller.fleet.request_exception import kind_named, request_exception
from controller.fleet.rights import MAY_ATTEST, MAY_REQUEST, may
from controller.fleet.typed import last_moment
from controller.library import check_titles
from controller.store.engine import Connection
from controller.store.queries_decisions import attestations, exceptions_of
from controller.store.queries_packs import packs_in_force
from controller.web.forms import Form
from controller.web.pages.answers_view import answers
from controller.web.pages.form_ids import id_of_form, new_form
from controller.web.pages.place import behind_login, form_behind_login, place, viewer
from controller.web.pages.refusals import sentence_of, status_of
from controller.web.pages.rendering import page
from controller.web.pages.system import judged_system
from wire.acts import ExceptionRequested
from wire.text import N_, Text
from wire.verdicts import ExceptionKind, NotApplicableReason

_SEE_OTHER, _NOT_FOUND = 303, 404
_EMPTY = Form(())
_ADDRESS = "/facility/{facility}/system/{system}/control/{control}"


def show_control(request: Request) -> Response:
    return _shown(request, _EMPTY, "", 200)


def ask(request: Request, form: Form) -> Response:
    """Ask for a waiver, or declare that the row cannot apply."""
    found = judged_system(request)
    if isinstance(found, Response):
        return found
    try:
        act = _act(request, form)
        request_exception(place(request).province, viewer(request), act)
    except ControllerError as error:
        return _shown(request, form, sentence_of(error), status_of(error))
    return RedirectResponse(f"/exceptions/{act.exception_id}", _SEE_OTHER)


def _act(request: Request, form: Form) -> ExceptionRequested:
    return ExceptionRequested(
        exception_id=id_of_form("exception", form),
        kind=kind_named(form.get("kind")),
        facility=str(request.path_params["facility"]),
        system=str(request.path_params["system"]),
        control=str(request.path_params["control"]),
        text=form.get("text"),
        measure=form.get("measure"),
        expires_at=last_moment(N_("end"), form.get("until")),
        reason=form.get("reason"),
    )


def _shown(request: Request, form: Form, problem: str, status: int) -> Response:
    found, person = judged_system(request), viewer(request)
    if isinstance(found, Response):
        return found
    wanted = str(request.path_params["control"])
    row = next((row for row in found.rows() if row.control.id == wanted), None)
    if row is None:
        return page(request, "missing.html", _NOT_FOUND)
    facility, system = found.system.facility, found.system.code
    with place(request).database.reading() as connection:
        asked = exceptions_of(connection, facility, system, wanted)
        vouched = [e for e in attestations(connection, facility) if e.covers(system, wanted)]
        titles = _titles(connection, row.control)
    return page(
        request,
        "control.html",
        status,
        facility=found.facility,
        system=found.system,
        row=row,
        answers=answers(found, row.control),
        titles=titles,
        exceptions=asked,
        attestations=vouched,
        now=found.judged_at,
        may_ask=may(person, MAY_REQUEST, facility),
        may_attest=rests_on_attestation(row.control) and may(person, MAY_ATTEST, facility),
        kinds=tuple(ExceptionKind),
        reasons=tuple(NotApplicableReason),
        form=form,
        form_id=new_form(place(request).province),
        problem=problem,
    )


def _titles(connection: Connection, control: Control) -> Mapping[str, Text]:
    """What the checks promise; the province's own decide only rows that a pack changed."""
    packs = packs_in_force(connection) if control.changed_by else ()
    own = {check.id: check.title for pack in packs for check in pack.checks}
    return {**own, **check_titles()}


ROUTES = (
    Route(_ADDRESS, behind_login(show_control), methods=["GET"]),
    Route(f"{_ADDRESS}/exception", form_behind_login(ask), methods=["POST"]),
)
