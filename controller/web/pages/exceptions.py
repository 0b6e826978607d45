"""Waivers and rows declared not to apply: what is asked, who decides, when it ends."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from compliance.decisions import may_decide
from controller.errors import ControllerError
from controller.fleet.decide_exception import approve_exception, refuse_exception
from controller.fleet.end_exception import end_exception
from controller.fleet.judged_rows import rows_of, systems_meant
from controller.fleet.province import Province
from controller.fleet.rights import MAY_DECIDE, MAY_END, may
from controller.store.logins import Person
from controller.store.queries_decisions import (
    GrantedException,
    Standing,
    exceptions,
    find_exception,
)
from controller.store.queries_facilities import find_facility
from controller.web.forms import Form
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

_SEE_OTHER, _NOT_FOUND = 303, 404
_ACTS: dict[str, Callable[[Province, Person, str, str], None]] = {
    "approve": approve_exception,
    "refuse": refuse_exception,
    "end": end_exception,
}


def show_exceptions(request: Request) -> Response:
    wanted = viewer(request).facility or request.query_params.get("facility") or None
    now = place(request).now()
    with place(request).database.reading() as connection:
        found = exceptions(connection, wanted)
    by_standing: dict[Standing, list[GrantedException]] = {each: [] for each in Standing}
    for each in found:
        by_standing[each.standing(now)].append(each)
    over = [*by_standing[Standing.EXPIRED], *by_standing[Standing.REFUSED]]
    over = sorted([*over, *by_standing[Standing.ENDED]], key=lambda each: -each.requested_index)
    return page(
        request,
        "exceptions.html",
        waiting=by_standing[Standing.WAITING][:MOST],
        in_force=by_standing[Standing.IN_FORCE][:MOST],
        left_out=sum(
            max(0, len(by_standing[each]) - MOST) for each in (Standing.WAITING, Standing.IN_FORCE)
        ),
        over=over[:MOST],
        now=now,
        may_decide=lambda each: _may_decide(viewer(request), each),
    )


def show_exception(request: Request) -> Response:
    return _shown(request, "", 200)


def act_on_exception(request: Request, form: Form) -> Response:
    """Approve, refuse or end it: three buttons of one page."""
    act = _ACTS.get(str(request.path_params["act"]))
    found = _visible(request)
    if found is None or act is None:
        return page(request, "missing.html", _NOT_FOUND)
    try:
        act(place(request).province, viewer(request), found.exception_id, form.get("text"))
    except ControllerError as error:
        return _shown(request, sentence_of(error), status_of(error))
    return RedirectResponse(f"/exceptions/{found.exception_id}", _SEE_OTHER)


def _visible(request: Request) -> GrantedException | None:
    with place(request).database.reading() as connection:
        found = find_exception(connection, str(request.path_params["exception"]))
    return found if found is not None and may_see(viewer(request), found.facility) else None


def _may_decide(person: Person, found: GrantedException) -> bool:
    entitled = may(person, MAY_DECIDE, found.facility)
    return entitled and may_decide(found.requested_by, person.code)


def _shown(request: Request, problem: str, status: int) -> Response:
    found, person = _visible(request), viewer(request)
    if found is None:
        return page(request, "missing.html", _NOT_FOUND)
    standing = found.standing(place(request).now())
    with place(request).database.reading() as connection:
        meant = systems_meant(connection, found.facility, found.system)
        rows, facility = rows_of(connection, meant), find_facility(connection, found.facility)
    return page(
        request,
        "exception.html",
        status,
        exception=found,
        facility=facility,
        row=rows.get(found.control),
        standing=standing,
        now=place(request).now(),
        may_decide=standing is Standing.WAITING and _may_decide(person, found),
        is_own=not may_decide(found.requested_by, person.code),
        may_end=standing in {Standing.WAITING, Standing.IN_FORCE}
        and may(person, MAY_END, found.facility),
        problem=problem,
    )


ROUTES = (
    Route("/exceptions", behind_login(show_exceptions), methods=["GET"]),
    Route("/exceptions/{exception}", behind_login(show_exception), methods=["GET"]),
    Route("/exceptions/{exception}/{act}", form_behind_login(act_on_exception), methods=["POST"]),
)
