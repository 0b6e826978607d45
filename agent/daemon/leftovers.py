"""Removes what killed drills left lying: at the daemon's start, and when doctor looks."""

import logging

from agent.daemon.app import App
from agent.daemon.items import Item
from agent.drills import scratch
from agent.drills.errors import ScratchError
from agent.errors import BusyError
from agent.state.lock import hold
from wire.text import N_
from wire.verdicts import CheckVerdict

LOCK = "drill"
log = logging.getLogger("lachan.agent")


def remove_leftovers(app: App) -> int:
    """Remove sealed folders without a drill; say how many. A running drill does it by itself.

    Raises:
        ScratchError: one cannot be removed.
    """
    try:
        with hold(app.home, LOCK, clock=app.clock):
            return scratch.sweep(app.home)
    except BusyError:
        return 0


def at_start(app: App) -> None:
    """The daemon works on when a folder cannot be removed; doctor says it too."""
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
