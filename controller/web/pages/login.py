"""Login, first password by a one-time link, logout, choice of language."""

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from controller.web.auth.logging_in import Entered, Refusal
from controller.web.auth.passwords import SHORTEST
from controller.web.auth.sessions import ABSOLUTE, COOKIE
from controller.web.caller import network_of
from controller.web.pages.place import place
from controller.web.pages.rendering import LANGUAGE_COOKIE, page
from texts.catalogue import LANGUAGES, tr
from wire.text import N_

_REFUSALS = {
    Refusal.WRONG: N_("The name or the password is wrong."),
    Refusal.WAIT: N_("Too many failed tries. Wait a while, then try again."),
    Refusal.LINK: N_(
        "This link was used already or has expired. Ask an administrator for another."
    ),
    Refusal.WEAK: N_("The password must have at least {n} characters, and not all the same."),
}
_SEE_OTHER = 303
_YEAR_S = 31_536_000


async def _form(request: Request) -> dict[str, str]:
    form = await request.form(max_files=0, max_fields=5, max_part_size=4096)
    return {name: str(value) for name, value in form.items()}


def show_login(request: Request) -> Response:
    return page(request, "login.html", problem="", user="")


async def log_in(request: Request) -> Response:
    form = await _form(request)
    user, address = form.get("user", ""), request.client.host if request.client else ""
    outcome = await run_in_threadpool(
        place(request).doorkeeper.log_in, user, form.get("password", ""), network_of(address)
    )
    if isinstance(outcome, Entered):
        return _entered(outcome)
    return page(request, "login.html", status=403, problem=tr(_REFUSALS[outcome]), user=user)


def show_welcome(request: Request) -> Response:
    user = place(request).doorkeeper.link_user(request.path_params["secret"])
    if user is None:
        problem = tr(_REFUSALS[Refusal.LINK])
        return page(request, "welcome.html", 404, problem=problem, user="", shortest=0)
    return page(request, "welcome.html", problem="", user=user, shortest=SHORTEST)


async def welcome(request: Request) -> Response:
    form, secret = await _form(request), request.path_params["secret"]
    doorkeeper = place(request).doorkeeper
    outcome = await run_in_threadpool(
        doorkeeper.set_first_password, secret, form.get("password", "")
    )
    if isinstance(outcome, Entered):
        return _entered(outcome)
    user = await run_in_threadpool(doorkeeper.link_user, secret)
    problem = tr(_REFUSALS[outcome], n=SHORTEST)
    return page(request, "welcome.html", 403, problem=problem, user=user or "", shortest=SHORTEST)


def log_out(request: Request) -> Response:
    place(request).sessions.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", _SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True)
    return answer


def choose_language(request: Request) -> Response:
    """Keep the choice in a cookie and go back to the page one came from."""
    language = request.path_params["language"]
    answer = RedirectResponse(_back_to(request.query_params.get("back", "/")), _SEE_OTHER)
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=_YEAR_S,
            secure=True,
            httponly=True,
            samesite="lax",
        )
    return answer


def _back_to(address: str) -> str:
    """Path and query of a page of ours; the front page for whatever leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not _is_ours(parts.path):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_ours(path: str) -> bool:
    return path.startswith("/") and not path.startswith("//") and "\\" not in path


def _entered(entered: Entered) -> Response:
    answer = RedirectResponse("/", _SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        entered.secret,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return answer


ROUTES = (
    Route("/login", show_login, methods=["GET"]),
    Route("/login", log_in, methods=["POST"]),
    Route("/welcome/{secret}", show_welcome, methods=["GET"]),
    Route("/welcome/{secret}", welcome, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"]),
    Route("/language/{language}", choose_language, methods=["GET"]),
)
