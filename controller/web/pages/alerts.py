"""Alerts: what needs a person, and saying that one has seen it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from controller.fleet.alerts import acknowledge
from controller.store.queries_alerts import all_alerts, find_alert
from controller.web.pages.alert_view import shown
from controller.web.pages.place import READERS_ONLY, behind_login, may_see, place, viewer
from controller.web.pages.rendering import page

_SEE_OTHER = 303
_FORBIDDEN = 403
_NEWEST = 200


def show_alerts(request: Request) -> Response:
    facility = viewer(request).facility or None
    with place(request).database.reading() as connection:
        alerts = all_alerts(connection, facility)
        waiting = [alert for alert in alerts if alert.cleared_at is None]
        over = [alert for alert in alerts if alert.cleared_at is not None][:_NEWEST]
        views = shown(connection, [*waiting, *over], facility)
    return page(
        request,
        "alerts.html",
        waiting=views[: len(waiting)],
        over=views[len(waiting) :],
        may_act=viewer(request).role not in READERS_ONLY,
    )


def acknowledge_alert(request: Request) -> Response:
    person, alert_id = viewer(request), request.path_params["alert"]
    with place(request).database.reading() as connection:
        alert = find_alert(connection, alert_id)
    if alert is None or not may_see(person, alert.facility) or person.role in READERS_ONLY:
        return page(request, "missing.html", _FORBIDDEN)
    acknowledge(place(request).province, person.code, alert_id)
    return RedirectResponse("/alerts", _SEE_OTHER)


ROUTES = (
    Route("/alerts", behind_login(show_alerts), methods=["GET"]),
    Route("/alerts/{alert}/acknowledge", behind_login(acknowledge_alert), methods=["POST"]),
)
