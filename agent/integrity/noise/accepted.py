"""Changes that people approved before they came to be told. Pure."""

from collections.abc import Sequence

from agent.files.names import path_bytes
from agent.integrity.events.event import ACCEPTED
from agent.integrity.noise.context import Context
from agent.integrity.noise.sorting import Claim, Sorting
from agent.integrity.seen import Seen


def explain_accepted(seens: Sequence[Seen], context: Context) -> Sorting:
    """Last of all: what made a change is better known than that somebody has seen it."""
    sorting = Sorting()
    for seen in seens:
        watched = path_bytes(seen.watched.path)
        found = next((one for one in context.approvals if one.covers(seen, watched)), None)
        if found is None:
            sorting.rest.append(seen)
        else:
            group, whole = (found.upto,), found.explanation
            sorting.claims.append(Claim(seen, ACCEPTED, group, whole, whole))
    return sorting
