"""Canaries that the agent itself has made or removed. Pure."""

from collections.abc import Sequence

from agent.integrity.noise.context import Context
from agent.integrity.noise.shapes import idle
from agent.integrity.noise.sorting import Claim, Sorting
from agent.integrity.ransom.canary import is_ours
from agent.integrity.seen import Seen

CANARY = "canary"


def explain_ours(seens: Sequence[Seen], context: Context) -> Sorting:
    """Only with the very content that was written down, and nobody made more of it than that."""
    sorting = Sorting()
    for seen in seens:
        after = seen.change.after
        plain = after is None or (idle(after) and after.links == 1)
        if plain and is_ours(seen.change, context.canaries):
            sorting.claims.append(Claim(seen, CANARY))
        else:
            sorting.rest.append(seen)
    return sorting
