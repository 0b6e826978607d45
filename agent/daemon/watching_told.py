"""What a heartbeat says of watched files: whether they are watched now, and the newest event."""

from dataclasses import dataclass

from agent.daemon.app import App
from agent.daemon.watched_now import living_mark
from agent.daemon.work.integrity.stored_events import reading
from agent.files.names import path_bytes
from agent.integrity.errors import EventsChangedError, EventsReadError
from agent.integrity.events.event import Head
from agent.integrity.live.ways import OFF, WEAKEST_FIRST

NO_EVENTS = Head()


@dataclass(frozen=True, slots=True)
class WatchingTold:
    """`way`: how the path is watched that is watched worst; empty: nothing is to be watched.

    `events` is None while they cannot be read, and none at all where they are not what they were:
    the controller minds a number that goes back.
    """

    way: str = ""
    events: Head | None = NO_EVENTS


def watching_told(app: App) -> WatchingTold:
    """From what is stored here."""
    if not app.config.integrity:
        return WatchingTold()
    mark = living_mark(app)
    ways = {root.path: root.way for root in mark.roots} if mark is not None else {}
    told = {ways.get(path_bytes(each.path), OFF) for each in app.config.integrity}
    weakest = next((way for way in WEAKEST_FIRST if way in told), OFF)
    return WatchingTold(weakest, _newest(app))


def _newest(app: App) -> Head | None:
    try:
        with reading(app) as reader:
            return NO_EVENTS if reader is None else reader.head()
    except EventsReadError:
        return None
    except EventsChangedError:
        return NO_EVENTS
