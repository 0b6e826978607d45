"""Watched files of one facility, and one event of them down to its evidence."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from controller.store.queries_facilities import find_facility
from controller.store.queries_log import Item, item
from controller.web.pages.facility import visible
from controller.web.pages.files_query import SPANS, log_place, read
from controller.web.pages.files_view import files_view
from controller.web.pages.place import behind_login, place
from controller.web.pages.rendering import page
from controller.web.pages.timeline import HEIGHT
from texts.file_words import KINDS
from wire.codec import Decoded
from wire.messages import FileEvent, FileEvents

_NOT_FOUND = 404


def show_files(request: Request) -> Response:
    code = visible(request)
    if code is None:
        return page(request, "missing.html", _NOT_FOUND)
    now = place(request).now()
    asked = read(code, request.query_params, now)
    with place(request).database.reading() as connection:
        return page(
            request,
            "files.html",
            facility=find_facility(connection, code),
            view=files_view(connection, asked, now),
            asked=asked,
            spans=SPANS,
            kinds=tuple(KINDS),
            height=HEIGHT,
            now=now,
        )


def show_event(request: Request) -> Response:
    """What one event says, read from the signed bytes themselves."""
    code = visible(request)
    found = None if code is None else _told(request, code)
    if code is None or found is None:
        return page(request, "missing.html", _NOT_FOUND)
    entry, said, event = found
    with place(request).database.reading() as connection:
        return page(
            request,
            "file_event.html",
            facility=find_facility(connection, code),
            item=entry,
            header=said.header,
            told=said.body,
            event=event,
        )


def _told(request: Request, facility: str) -> tuple[Item, Decoded, FileEvent] | None:
    """The event at `log index.position`, if a host of this facility told it."""
    asked = log_place(str(request.path_params["event"]))
    with place(request).database.reading() as connection:
        found = None if asked is None else item(connection, asked[0])
    if asked is None or found is None or found.entry.facility != facility:
        return None
    said = found.entry.content
    if not isinstance(said, Decoded) or not isinstance(said.body, FileEvents):
        return None
    if asked[1] >= len(said.body.events):
        return None
    return found, said, said.body.events[asked[1]]


ROUTES = (
    Route("/facility/{facility}/files", behind_login(show_files), methods=["GET"]),
    Route("/facility/{facility}/files/{event}", behind_login(show_event), methods=["GET"]),
)
