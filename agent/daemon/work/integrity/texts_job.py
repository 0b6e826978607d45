"""After each change: keeps the new text of small files, where the owner wants it."""

from collections.abc import Iterator

from agent.daemon.app import App
from agent.daemon.work.integrity.stored_events import reading
from agent.daemon.work.integrity.text_keeping import keep_texts
from agent.files.names import path_bytes
from agent.integrity.diff.keeping import kept_of
from agent.integrity.events.event import Event, EventFilter, EventKind
from agent.integrity.events.reading import EventReader

_FACT = "texts_kept_up_to"
_MOST = 500  # files in one turn; of a storm the last ones, the others at the next approval
_WITH_TEXT = frozenset({EventKind.ADDED, EventKind.MODIFIED, EventKind.RENAMED})


def keep_new_texts(app: App) -> int:
    """The files of the events that were stored since the last turn; how many texts were kept.

    Raises:
        EventsChangedError: what is stored is not what this agent stored.
    """
    roots = frozenset(path_bytes(each.path) for each in kept_of(app.config.integrity))
    if not roots:
        return 0
    with reading(app) as reader:
        if reader is None:
            return 0
        last, before = reader.head().number, int(app.memory.fact(_FACT) or 0)
        if last == before:
            return 0
        paths = _paths(reader, EventFilter(after=before if before < last else 0, watched=roots))
    kept = keep_texts(app, paths)
    app.memory.keep(_FACT, str(last))
    return kept


def _paths(reader: EventReader, chosen: EventFilter) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    for event in reader.newest_first(chosen):
        for one in _single(reader, event):
            if one.kind in _WITH_TEXT:
                found[one.path] = None
            if len(found) >= _MOST:
                return tuple(found)
    return tuple(found)


def _single(reader: EventReader, event: Event) -> Iterator[Event]:
    if event.counts:
        yield from reader.members(event.number)
    else:
        yield event
