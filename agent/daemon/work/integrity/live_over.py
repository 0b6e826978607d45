"""Says that nothing is watched any more, where no watching process is there to say it."""

from agent.daemon.app import App
from agent.daemon.people import account_name
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.live_configured import note_configured
from agent.daemon.work.integrity.live_teller import Outlet, StatementTeller
from agent.integrity.live.alive import MARK_FILE, Mark, MarkFile


def tell_over(app: App, before: Mark) -> None:
    """Store an event for each path that was watched, and seal what follows.

    Raises:
        LachanError: it cannot be stored now; the next start says it.
    """
    with events_of(app) as store:
        note_configured(app, store, before)
        telling = Telling(app.pseudonyms, account_name)
        marks = MarkFile(app.home.state_dir / MARK_FILE)
        outlet = Outlet(app, telling, lambda: None, lambda _events: None, marks)
        StatementTeller(outlet, store).tell()
