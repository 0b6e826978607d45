"""Alerts: what needs a person, and saying that one has seen it."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from controller.fleet.alerts import acknowledge
from controller.store.queries_alerts import Alert, find_alert, open_alerts, past_alerts
from controller.store.queries_facilities import facilities
from controller.web.pages.alert_view import shown
from controller.web.pages.alert_words import ALERTS
from controller.web.pages.place import READERS_ONLY, behind_login, may_see, place, viewer
from controller.web.pages.rendering import page

_SEE_OTHER = 303
_FORBIDDEN = 403
_MOST = 100  # of those that wait, and of those that are over
_WORST_FIRST = ("critical", "warning")


def show_alerts(request: Request) -> Response:
    """What waits, the worst first; of all facilities, or of one, or of one kind."""
    person, query = viewer(request), request.query_params
    scope = person.facility or query.get("facility") or None
    kind = query.get("kind", "") if query.get("kind") in ALERTS else ""
    with place(request).database.reading() as connection:
        known = facilities(connection)
        standing = open_alerts(connection, scope)
        waiting = sorted((each for each in standing if kind in ("", each.kind)), key=_urgency)
        over = past_alerts(connection, scope, kind, _MOST)
        views = shown(connection, [*waiting[:_MOST], *over], scope)
    return page(
        request,
        "alerts.html",
        waiting=views[: len(views) - len(over)],
        left_out=len(waiting[_MOST:]),
        over=views[len(views) - len(over) :],
        may_act=person.role not in READERS_ONLY,
        facilities=[each for each in known if may_see(person, each.code)],
        kinds=Counter(each.kind for each in standing),
        scope=scope or "",
        kind=kind,
        chosen=_chosen(query),
    )


def _urgency(alert: Alert) -> tuple[int, int]:
    rank = _WORST_FIRST.index(alert.severity) if alert.severity in _WORST_FIRST else 2
    return rank, -alert.raised_index


def acknowledge_alert(request: Request) -> Response:
    person, alert_id = viewer(request), request.path_params["alert"]
    with place(request).database.reading() as connection:
        alert = find_alert(connection, alert_id)
    if alert is None or not may_see(person, alert.facility) or person.role in READERS_ONLY:
        return page(request, "missing.html", _FORBIDDEN)
    acknowledge(place(request).province, person.code, alert_id)
    return RedirectResponse(f"/alerts{_chosen(request.query_params)}", _SEE_OTHER)


def _chosen(query: Mapping[str, str]) -> str:
    """The choice that somebody acted in, so that the list stays as it was."""
    fields = {name: query[name] for name in ("facility", "kind") if query.get(name)}
    return f"?{urlencode(fields)}" if fields else ""


ROUTES = (
    Route("/alerts", behind_login(show_alerts), methods=["GET"]),
    Route("/alerts/{alert}/acknowledge", behind_login(acknowledge_alert), methods=["POST"]),
)
