"""What is wrong about watched files, as a mail may tell it: counts and moments, no names."""

from collections.abc import Iterator

from agent.daemon.app import App
from agent.daemon.work.unapproved import unapproved_soon
from agent.integrity.errors import EventsChangedError
from agent.notify.trouble import Kind, Trouble


def integrity_troubles(app: App) -> Iterator[Trouble]:
    if not app.config.integrity:
        return
    try:
        found = unapproved_soon(app)
    except EventsChangedError:
        yield Trouble(Kind.EVENTS_CHANGED)
        return
    if found.files:
        yield Trouble(Kind.UNEXPLAINED_CHANGES, since=found.since, number=found.files)
    if found.gaps:
        yield Trouble(Kind.WATCH_GAP, since=found.gap_at, number=found.gaps)
