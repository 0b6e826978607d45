"""The evidence log: a list, and one item down to its raw signed bytes with its proof."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from controller.store.queries_log import Item, item, newest_lines
from controller.web.pages.place import behind_login, may_see, place, viewer
from controller.web.pages.rendering import page
from texts.harmless import harmless
from wire.envelope import peek_payload

_PAGE = 100
_NOT_FOUND = 404
_LARGEST = 2**53  # no log is longer; the database's own numbers end at 2**63


def show_log(request: Request) -> Response:
    """A facility's people see their facility's lines; others all of them."""
    scope = viewer(request).facility or request.query_params.get("facility") or None
    before = _place(request.query_params.get("before", ""))
    with place(request).database.reading() as connection:
        lines = newest_lines(connection, scope, before, _PAGE)
    older = lines[-1].log_index if len(lines) == _PAGE else None
    return page(request, "log.html", lines=lines, older=older, scope=scope)


def show_item(request: Request) -> Response:
    found = _item(request)
    if found is None:
        return page(request, "missing.html", _NOT_FOUND)
    payload = peek_payload(found.envelope)
    return page(
        request,
        "item.html",
        item=found,
        payload="\n".join(
            map(harmless, msgspec.json.format(payload, indent=2).decode().split("\n"))
        ),
        envelope=msgspec.json.format(found.envelope, indent=2).decode(),
    )


def raw_item(request: Request) -> Response:
    """The bytes exactly as they were received."""
    found = _item(request)
    if found is None:
        return page(request, "missing.html", _NOT_FOUND)
    name = f"lachan-{found.entry.log_index}.dsse.json"
    return Response(
        found.envelope,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _place(text: str) -> int | None:
    """A place in the log; None: no number, or one that no log reaches."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST))):
        return None
    return min(int(text), _LARGEST)


def _item(request: Request) -> Item | None:
    index = _place(request.path_params["index"])
    if index is None:
        return None
    with place(request).database.reading() as connection:
        found = item(connection, index)
    if found is None or not may_see(viewer(request), found.entry.facility):
        return None
    return found


ROUTES = (
    Route("/log", behind_login(show_log), methods=["GET"]),
    Route("/log/{index}", behind_login(show_item), methods=["GET"]),
    Route("/log/{index}/raw", behind_login(raw_item), methods=["GET"]),
)
