"""Opens the stored events for reading: whoever only looks changes and replaces nothing."""

import contextlib
import sqlite3
from collections.abc import Iterator

from agent.daemon.app import App
from agent.integrity.errors import EventsChangedError
from agent.integrity.events.reading import EventReader, changed
from agent.integrity.events.rows import PURPOSE
from agent.state import gaps
from agent.state.anchor import Anchor
from agent.state.damage import connect_to_look
from texts.catalogue import tr
from wire.text import N_


@contextlib.contextmanager
def reading(app: App) -> Iterator[EventReader | None]:
    """The stored events, without changing anything; None: nothing was stored yet.

    Raises:
        EventsChangedError: their file is gone, or not what this agent has written.
        EventsReadError: it cannot be read now.
    """
    file = app.home.database(PURPOSE)
    if not file.exists():
        if gaps.expected(app.home, PURPOSE):
            raise EventsChangedError(what=tr(N_("their file is gone")))
        yield None
        return
    try:
        with contextlib.closing(connect_to_look(file)) as connection:
            yield EventReader(connection, app.keys.k_f)
    except sqlite3.DatabaseError as error:
        raise changed(error) from error


@contextlib.contextmanager
def reading_newest(app: App) -> Iterator[EventReader | None]:
    """As `reading`, but an older file that was put back is no answer.

    Raises:
        EventsChangedError: it counts fewer changes than this agent has made.
    """
    made = Anchor(app.home, PURPOSE, app.keys.k_f).read()  # before the events: they may go on
    with reading(app) as reader:
        if reader is not None and (made or 0) > reader.state().revision:
            raise EventsChangedError(what=tr(N_("an older file was put back")))
        yield reader
