"""What every page may use, and who is looking."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.fleet.province import Province
from controller.store.engine import Database
from controller.store.logins import Person
from controller.web.auth.logging_in import Doorkeeper
from controller.web.auth.sessions import COOKIE, Sessions
from controller.web.forms import Form, Reader, typed_form
from controller.web.pages.rendering import page
from controller.web.rate_limit import RateLimit

READERS_ONLY = frozenset({"inspector"})  # an inspector sees all of it and changes nothing
_SEE_OTHER = 303
_FORBIDDEN, _TOO_MANY = 403, 429
MOST = 500  # lines of one list; a facility's own list is shorter
PagePart = Callable[[Request], Response]
FormPart = Callable[[Request, Form], Response]


def _per_person() -> RateLimit:
    """Every form is an entry in the log for ever: nobody types faster than this."""
    return RateLimit(burst=60, per_second=0.2, monotonic=time.monotonic)


@dataclass(frozen=True, slots=True)
class Place:
    """The province and its door, handed to the pages when the application is put together."""

    province: Province
    sessions: Sessions
    doorkeeper: Doorkeeper
    forms: RateLimit = field(default_factory=_per_person)

    @property
    def database(self) -> Database:
        return self.province.database

    def now(self) -> datetime:
        return self.province.now()


def place_of(province: Province) -> Place:
    sessions = Sessions(province.database, province.now, province.entropy)
    doorkeeper = Doorkeeper(province.database, sessions, province.now)
    return Place(province, sessions, doorkeeper)


def place(request: Request) -> Place:
    return cast("Place", request.app.state.place)


def viewer(request: Request) -> Person:
    """Who is looking; only pages behind the login ask."""
    return cast("Person", request.state.person)


def may_see(person: Person, facility: str) -> bool:
    """The one place that decides the scope of a person: a facility's people see their own."""
    return person.facility in ("", facility)


def behind_login(show: PagePart) -> Callable[[Request], Awaitable[Response]]:
    """A page that only somebody logged in gets; everybody else is sent to the login."""

    async def guarded(request: Request) -> Response:
        if await _nobody(request):
            return RedirectResponse("/login", _SEE_OTHER)
        return await run_in_threadpool(show, request)

    return guarded


def form_behind_login(
    take: FormPart, read: Reader = typed_form
) -> Callable[[Request], Awaitable[Response]]:
    """What somebody logged in sends; of those who only read not a byte is looked at."""

    async def guarded(request: Request) -> Response:
        if await _nobody(request):
            return RedirectResponse("/login", _SEE_OTHER)
        if viewer(request).role in READERS_ONLY:
            return page(request, "missing.html", _FORBIDDEN)
        if not place(request).forms.allows(viewer(request).code):
            raise HTTPException(_TOO_MANY)
        return await run_in_threadpool(take, request, await read(request))

    return guarded


async def _nobody(request: Request) -> bool:
    """Whether nobody is logged in; else who it is stands with the request from here on."""
    secret = request.cookies.get(COOKIE, "")
    person = await run_in_threadpool(place(request).sessions.person, secret) if secret else None
    if person is not None:
        request.state.person = person
    return person is None
