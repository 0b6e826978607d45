"""One facility: systems with their scores, agents, alerts, backups, sites and drills."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from controller.fleet.judge import judged_backups
from controller.store.queries_agents import agents_of
from controller.store.queries_alerts import open_alerts
from controller.store.queries_drills import drills
from controller.store.queries_facilities import find_facility, systems
from controller.store.queries_fleet import newest_scores
from controller.store.requests import presences
from controller.web.pages import recovery_view, site_view
from controller.web.pages.alert_view import shown
from controller.web.pages.place import behind_login, may_see, place, viewer
from controller.web.pages.rendering import page
from controller.web.pages.site_map import site_maps

_NOT_FOUND = 404
_NEWEST_DRILLS = 100


def visible(request: Request) -> str | None:
    """The facility's code, if it exists and is this person's to see."""
    code = str(request.path_params["facility"])
    with place(request).database.reading() as connection:
        found = find_facility(connection, code)
    return code if found is not None and may_see(viewer(request), code) else None


def show_facility(request: Request) -> Response:
    code = visible(request)
    if code is None:
        return page(request, "missing.html", _NOT_FOUND)
    with place(request).database.reading() as connection:
        return page(
            request,
            "facility.html",
            facility=find_facility(connection, code),
            systems=systems(connection, code),
            scores={row.system: row for row in newest_scores(connection) if row.facility == code},
            agents=agents_of(connection, code),
            heard=presences(connection),
            alerts=shown(connection, open_alerts(connection, code), code),
            maps=site_maps(recovery_view.sites(connection, code), place(request).now()),
        )


def show_backups(request: Request) -> Response:
    code = visible(request)
    if code is None:
        return page(request, "missing.html", _NOT_FOUND)
    now = place(request).now()
    with place(request).database.reading() as connection:
        return page(
            request,
            "backups.html",
            facility=find_facility(connection, code),
            backups=judged_backups(connection, now, code),
            sites=recovery_view.sites(connection, code),
            states=site_view.states(connection, code, now),
            heard=presences(connection),
            now=now,
        )


def show_drills(request: Request) -> Response:
    code = visible(request)
    if code is None:
        return page(request, "missing.html", _NOT_FOUND)
    with place(request).database.reading() as connection:
        return page(
            request,
            "drills.html",
            facility=find_facility(connection, code),
            drills=drills(connection, code, _NEWEST_DRILLS),
        )


ROUTES = (
    Route("/facility/{facility}", behind_login(show_facility), methods=["GET"]),
    Route("/facility/{facility}/backups", behind_login(show_backups), methods=["GET"]),
    Route("/facility/{facility}/drills", behind_login(show_drills), methods=["GET"]),
)
