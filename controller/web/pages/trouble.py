"""Pages for what cannot be shown: no such page, a request that no page takes, a fault of ours."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from controller.errors import UnavailableError
from controller.web.auth.guards import HEADERS
from controller.web.pages.rendering import page
from texts.catalogue import tr
from wire.text import N_

_NOT_FOUND, _TOO_LARGE, _FAULT = 404, 413, 500
_SENTENCES = {
    405: N_("This address does not take that kind of request."),
    _TOO_LARGE: N_("That is more than a page takes."),
    429: N_("Too many forms at once. Wait a minute, then try again."),
    503: N_("The controller cannot use its database now. Try again in a moment."),
    _FAULT: N_("A fault of the program. It is in the controller's own log; please report it."),
}
_OTHERWISE = N_("The request cannot be understood.")


def not_served(request: Request, error: Exception) -> Response:
    """What starlette, or a form that cannot be read, refuses."""
    status = error.status_code if isinstance(error, HTTPException) else _FAULT
    if status == _NOT_FOUND:
        return page(request, "missing.html", status)
    answer = _trouble(request, status)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    return answer


def unavailable(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, UnavailableError) else _FAULT
    return _trouble(request, status)


def fault(request: Request, _error: Exception) -> Response:
    """Made outside of every middleware, so it brings its headers; the error itself is logged."""
    answer = _trouble(request, _FAULT)
    answer.headers.update(HEADERS)
    return answer


def _trouble(request: Request, status: int) -> Response:
    sentence = tr(_SENTENCES.get(status, _OTHERWISE))
    return page(request, "trouble.html", status, sentence=sentence, code=status)
