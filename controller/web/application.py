"""The web application, put together: every route stands in a list here or in its part's."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from controller.errors import UnavailableError
from controller.fleet.province import Province
from controller.web import api, metrics
from controller.web.auth.guards import Guard, SafeHeaders
from controller.web.pages import (
    alerts,
    attestations,
    control,
    exceptions,
    facility,
    files,
    log,
    login,
    system,
    trouble,
)
from controller.web.pages import province as province_pages
from controller.web.pages.place import place_of
from controller.web.pages.rendering import Language
from controller.web.service import Service

_PAGE_BYTES = 64 * 1024
_STATIC = Path(__file__).parent / "static"

PAGES = [
    *login.ROUTES,
    *province_pages.ROUTES,
    *facility.ROUTES,
    *files.ROUTES,
    *system.ROUTES,
    *control.ROUTES,
    *attestations.ROUTES,
    *exceptions.ROUTES,
    *alerts.ROUTES,
    *log.ROUTES,
]
_PAGE_GUARDS = [
    Middleware(RequestBodyLimitMiddleware, max_body_size=_PAGE_BYTES),
    Middleware(Guard),
    Middleware(Language),
]


def create_application(province: Province) -> Starlette:
    """Agents' endpoints (with limits of their own), metrics, and behind guards the pages."""
    application = Starlette(
        routes=[
            *api.ROUTES,
            *metrics.ROUTES,
            Mount("/static", StaticFiles(directory=_STATIC)),
            Mount("/", routes=PAGES, middleware=_PAGE_GUARDS),
        ],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={
            HTTPException: trouble.not_served,
            UnavailableError: trouble.unavailable,
            Exception: trouble.fault,
        },
    )
    application.state.service = Service(province)
    application.state.place = place_of(province)
    return application
