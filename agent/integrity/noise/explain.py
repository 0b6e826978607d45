"""Explains the changes that wait, and folds what belongs together. Pure."""

from collections.abc import Sequence

from agent.integrity.events.event import Entry
from agent.integrity.noise.context import Context
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.folding import event_of
from agent.integrity.seen import Seen


def explain(waiting: Sequence[Seen], context: Context) -> Explained:
    """What can be told now, and what waits on.

    Args:
        waiting: every change that was not told yet, oldest first.
        context: what the edge has read around them.
    """
    return Explained(tuple(Entry(event_of(seen)) for seen in waiting), (), context.storms)
