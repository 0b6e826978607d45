"""Clears up after killed drills and dumps, at the daemon's start and when doctor looks.

What they left lying is removed, and what they did not come to say is sealed.
"""

import contextlib
import logging

from agent.backup.databases import shelf
from agent.daemon.app import App
from agent.daemon.lock_names import BACKUP as BACKUP_LOCK
from agent.daemon.status.items import Item
from agent.daemon.unsealed_drills import settle
from agent.drills import scratch
from agent.drills.errors import ScratchError
from agent.drills.journal import open_drills
from agent.errors import BusyError
from agent.state.lock import hold
from wire.text import N_
from wire.verdicts import CheckVerdict

LOCK = "drill"
log = logging.getLogger("lachan.agent")


def remove_leftovers(app: App) -> int:
    """Remove sealed folders without a drill; say how many. A running drill does it by itself.

    What such a drill did not come to say is sealed now.

    Raises:
        ScratchError: one cannot be removed.
    """
    try:
        with hold(app.home, LOCK, clock=app.clock):
            with contextlib.closing(open_drills(app.home, app.clock)) as drills:
                settle(app, drills)
            return scratch.sweep(app.home)
    except BusyError:
        return 0


def remove_half_dumps(app: App) -> int:
    """Remove what killed backups left half made; a running one needs it."""
    try:
        with hold(app.home, BACKUP_LOCK, clock=app.clock):
            return shelf.sweep(app.home)
    except BusyError:
        return 0


def at_start(app: App) -> None:
    """The daemon works on when a folder cannot be removed; doctor says it too."""
    dumps = remove_half_dumps(app)
    if dumps:
        log.warning("removed %d half made dumps of killed backups", dumps)
    try:
        removed = remove_leftovers(app)
    except ScratchError as error:
        log.warning("%s", error)
        return
    if removed:
        log.warning("removed %d sealed folders of killed drills", removed)


def leftovers_item(app: App) -> Item:
    """Restored data must not lie about longer than its drill."""
    removed = remove_leftovers(app)
    if removed:
        message = N_("{count} sealed folders of killed drills were removed just now.")
        return Item("drills", CheckVerdict.PASS, message, {"count": removed})
    return Item("drills", CheckVerdict.PASS, N_("No drill has left anything behind."))
