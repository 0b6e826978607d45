"""Explains the changes that wait, and folds what belongs together. Pure.

Each explainer takes what it can prove to be harmless, or lets it wait until it knows; the next one
gets the rest. What nothing explains is told at once, and together only when there is too much.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from agent.files.names import path_bytes
from agent.integrity.events.event import Entry
from agent.integrity.noise.accepted import explain_accepted
from agent.integrity.noise.aside import Joined, join
from agent.integrity.noise.context import Context
from agent.integrity.noise.explained import Explained
from agent.integrity.noise.folding import entry_of, folded
from agent.integrity.noise.growth import explain_growth
from agent.integrity.noise.ours import explain_ours
from agent.integrity.noise.packages.explain import explain_packages
from agent.integrity.noise.passing import explain_passing
from agent.integrity.noise.rotation import explain_rotation
from agent.integrity.noise.sorting import Claim, Sorting
from agent.integrity.noise.storms import storms
from agent.integrity.seen import Seen

_Explainer = Callable[[Sequence[Seen], Context], Sorting]
_EXPLAINERS: tuple[_Explainer, ...] = (
    explain_ours,
    explain_packages,
    explain_passing,
    explain_rotation,
    explain_growth,
    explain_accepted,
)


def explain(waiting: Sequence[Seen], context: Context) -> Explained:
    """What can be told now, and what waits on.

    Args:
        waiting: every change that was not told yet, oldest first.
        context: what the edge has read around them.
    """
    joined = join(waiting)
    sorting = _sorted(joined.seens, context)
    stormy = storms(sorting.rest, context)
    entries = [
        *_claimed(sorting.claims, joined),
        *(entry_of(joined.parts(seen), seen) for seen in stormy.alone),
        *(_together(group, joined) for group in stormy.together),
    ]
    deadlines = [one.until for one in sorting.waiting]
    waits = [*(one.seen for one in sorting.waiting), *stormy.waiting]
    return Explained(
        events=tuple(sorted(entries, key=lambda entry: entry.event.at)),
        still_waiting=_in_order(waiting, waits, joined),
        storms=stormy.memory,
        questions=tuple(dict.fromkeys(sorting.questions)),
        ask_again_at=_earliest([*deadlines, stormy.ask_again_at]),
    )


def _sorted(seens: Sequence[Seen], context: Context) -> Sorting:
    """What all the explainers say together."""
    together = Sorting(rest=list(seens))
    for explainer in _EXPLAINERS:
        said = explainer(together.rest, context)
        together.claims += said.claims
        together.waiting += said.waiting
        together.questions += said.questions
        together.rest = said.rest
    return together


def _claimed(claims: Iterable[Claim], joined: Joined) -> Iterable[Entry]:
    """One event for all that one and the same thing explains below one watched path."""
    groups: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        key = (claim.code, path_bytes(claim.seen.watched.path), *claim.group)
        groups.setdefault(key, []).append(claim)
    for group in groups.values():
        members = [
            entry_of(joined.parts(claim.seen), claim.seen, claim.code, claim.explanation)
            for claim in group
        ]
        yield folded(members, group[0].code, group[0].whole)


def _together(group: Sequence[Seen], joined: Joined) -> Entry:
    return folded([entry_of(joined.parts(seen), seen) for seen in group])


def _in_order(waiting: Sequence[Seen], waits: Iterable[Seen], joined: Joined) -> tuple[Seen, ...]:
    """As they were handed over: a joined change waits as its parts."""
    kept = {id(part) for seen in waits for part in joined.parts(seen)}
    return tuple(seen for seen in waiting if id(seen) in kept)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
