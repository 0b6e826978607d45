"""Canaries that the agent itself has made or removed. Pure."""

from collections.abc import Sequence

from agent.integrity.noise.context import Context
from agent.integrity.noise.sorting import Claim, Sorting
from agent.integrity.ransom.canary import is_ours
from agent.integrity.seen import Seen

CANARY = "canary"


def explain_ours(seens: Sequence[Seen], context: Context) -> Sorting:
    """Only with the very content that was written down: whoever else writes there is told."""
    sorting = Sorting()
    for seen in seens:
        if is_ours(seen.change, context.canaries):
            sorting.claims.append(Claim(seen, CANARY))
        else:
            sorting.rest.append(seen)
    return sorting
