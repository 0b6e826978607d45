"""Templates with our catalogue, and the language that a reader wants."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from controller.web.pages.alert_words import alert_detail, alert_place, alert_word
from controller.web.pages.decision_words import (
    exception_word,
    not_applicable_sentence,
    standing_colour,
    standing_word,
)
from controller.web.pages.file_words import (
    break_word,
    explanation_word,
    file_kind,
    file_what,
    gap_reason,
    kind_colour,
    step_state,
    suspicion_reason,
    watching_word,
)
from controller.web.pages.words import (
    colour,
    decider_word,
    group_word,
    interval,
    kind_word,
    reason_sentence,
    role_word,
    site_word,
)
from texts.catalogue import LANGUAGES, language, said, tr, use
from texts.codes import cause_sentence, word
from texts.harmless import harmless
from texts.moments import (
    show_bytes,
    show_count,
    show_distance,
    show_duration,
    show_moment,
    show_second,
    show_share,
)
from texts.notation import show_expected
from texts.signs import sign_words

LANGUAGE_COOKIE = "lachan-language"
_WEB = Path(__file__).parents[1]


def _from_ms(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


_GLOBALS: dict[str, Any] = {
    "_": tr,
    "said": said,
    "language": language,
    "word": word,
    "cause_sentence": cause_sentence,
    "alert_word": alert_word,
    "alert_detail": alert_detail,
    "alert_place": alert_place,
    "colour": colour,
    "group_word": group_word,
    "decider_word": decider_word,
    "interval": interval,
    "kind_word": kind_word,
    "role_word": role_word,
    "site_word": site_word,
    "sign_words": sign_words,
    "reason": reason_sentence,
    "exception_word": exception_word,
    "not_applicable_sentence": not_applicable_sentence,
    "standing_word": standing_word,
    "standing_colour": standing_colour,
    "file_kind": file_kind,
    "file_what": file_what,
    "kind_colour": kind_colour,
    "explanation_word": explanation_word,
    "watching_word": watching_word,
    "gap_reason": gap_reason,
    "break_word": break_word,
    "suspicion_reason": suspicion_reason,
    "step_state": step_state,
}
_FILTERS: dict[str, Callable[..., Any]] = {
    "moment": show_moment,
    "from_ms": _from_ms,
    "duration": show_duration,
    "share": show_share,
    "count": show_count,
    "bytes": show_bytes,
    "distance": show_distance,
    "notation": show_expected,
    "second": show_second,
    "name": harmless,
}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= _GLOBALS
    environment.filters |= _FILTERS
    return environment


_ENVIRONMENT = _environment()


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """Render one page; `person` is whoever is logged in."""
    person = getattr(request.state, "person", None)
    query = f"?{request.url.query}" if request.url.query else ""
    text = _ENVIRONMENT.get_template(template).render(
        person=person, path=request.url.path, address=request.url.path + query, **values
    )
    return HTMLResponse(text, status_code=status)


class Language:
    """ASGI middleware: the cookie's language, else the browser's, else Vietnamese."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            use(wanted(Request(scope)))
        await self.app(scope, receive, send)


def wanted(request: Request) -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        spoken = part.split(";")[0].strip()[:2].lower()
        if spoken in LANGUAGES:
            return spoken
    return "vi"
