"""Which approvals still cover changes that the watching has not taken from the ledger's journal.

Somebody approves while nobody watches, or a moment before the watching takes what the approving
scan itself has found: these changes come to be stored behind the approval, and are approved all the
same. Each transition of the journal has a number, so that no clock decides. Pure.
"""

from collections.abc import Iterable

from msgspec import Struct

from agent.integrity.events.event import PART, Event
from agent.integrity.events.rows import Covering, State
from agent.integrity.seen import Seen

_MOST = 64  # of parts; of what an older one covers is told that nothing explains it


class Approved(Struct, frozen=True):
    """What one approval covers. `paths`: of a part, the files that it names."""

    watched: bytes
    upto: int
    explanation: str
    paths: frozenset[bytes] | None = None

    def covers(self, seen: Seen, watched: bytes) -> bool:
        """Whether all that the change is made of led to what was approved."""
        if watched != self.watched or not seen.numbers or seen.numbers[-1] > self.upto:
            return False
        names = {seen.change.path, seen.change.old_path or seen.change.path}
        return self.paths is None or names <= self.paths


def covered_by(covering: tuple[Covering, ...], event: Event, upto: int) -> tuple[Covering, ...]:
    """One more approval. One of everything stands for all before it at its path."""
    if not upto:
        return covering
    part = PART in event.what
    kept = [one for one in covering if part or one.watched != event.watched]
    return (*kept, Covering(event.watched, upto, event.number, part))[-_MOST:]


def still_covering(state: State) -> tuple[Covering, ...]:
    """Those that cover what was not taken yet, or was taken and waits for its explanation."""
    if state.waiting:
        return state.covering
    return tuple(one for one in state.covering if one.upto > state.journal)


def approved(covering: Covering, event: Event, members: Iterable[Event]) -> Approved:
    """What an approval covers, by its event."""
    names = (name for one in members for name in (one.path, one.old_path) if name)
    paths = frozenset(names) if covering.part else None
    people = event.explanation.partition(" ")[2]
    return Approved(covering.watched, covering.upto, people, paths)
