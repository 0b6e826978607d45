"""Which stored events the province means by a pseudonym: of a file, a folder, a person, a path."""

import re

from agent.daemon.app import App
from agent.daemon.people import account_name
from agent.daemon.work.integrity.event_names import WATCHED, Telling
from agent.daemon.work.integrity.event_statements import file_event, unnamed
from agent.integrity.events.event import Event

SHORTEST = re.compile(r"p[0-9a-f]{6,32}")  # as pages print its beginning


class Meant:
    """Finds what stands behind a pseudonym, or its beginning. Only this facility's hosts can."""

    def __init__(self, app: App, pseudonym: str) -> None:
        self._telling = Telling(app.pseudonyms, account_name)
        self._beginning = pseudonym

    def __call__(self, event: Event) -> bool:
        watched = unnamed(event.watched)
        told = file_event(self._telling, watched, event)
        path = self._telling.names.of(WATCHED, event.watched)
        named = (told.file, told.folder, told.old_file, told.user, path)
        return any(one is not None and one.startswith(self._beginning) for one in named)
