"""Looks after the chains once a day: proves them, tells what does not hold, prunes what is old."""

from datetime import timedelta

from agent.daemon.app import App
from agent.daemon.work.integrity.approval_events import events_of
from agent.daemon.work.integrity.heads_job import ChainState, Trouble, states
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.integrity.events.rows import Broken
from agent.state import gaps
from wire.heads import Chain

EVENTS_KEPT = timedelta(days=400)  # from one yearly inspection to the next
MOST_EVENTS = 1_000_000
_FOUND = (Trouble.CHANGED, Trouble.ROLLED_BACK)


def look_after(app: App) -> tuple[ChainState, ...]:
    """What was found; each trouble is a gap that the next statement names.

    The others go on: events and suspicions in a new file, the queue as it lies there. A history of
    approvals that does not hold stays so until people have made new baselines.
    """
    found = states(app)
    for state in found:
        if state.trouble in _FOUND:
            _tell(app, state)
    with events_of(app) as events:
        events.prune(app.clock.now() - EVENTS_KEPT, MOST_EVENTS)
    return found


def _tell(app: App, state: ChainState) -> None:
    if state.chain is Chain.EVENTS:
        with events_of(app) as events:  # opening it replaces what its end gives away
            if events.proof().trouble:
                events.replace(state.trouble.value)
    elif state.chain is Chain.STATEMENTS:
        app.outbox.adopt()
    elif state.chain is Chain.SUSPICIONS:
        _tell_of_suspicions(app, state)
    else:
        gap = gaps.StateGap("baseline", state.trouble.value, "", app.clock.now())
        gaps.remember(app.home, gap)


def _tell_of_suspicions(app: App, state: ChainState) -> None:
    """What its opening has replaced is told already."""
    with suspicions_of(app) as suspicions:
        try:
            suspicions.proven()
        except Broken:
            suspicions.replace(state.trouble.value)
