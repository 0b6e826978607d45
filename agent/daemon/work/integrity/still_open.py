"""Which stored events wait for somebody: nothing explains them, nobody has approved them since.

Pure but for `members_of`. An approval ends what came before it at its watched path; one of a part
only what happened to the files that it names.
"""

from collections.abc import Callable, Iterable, Iterator

from agent.daemon.work.integrity.open_gaps import GapKey, key_of_gap
from agent.integrity.events.event import PART, Event, EventKind

MembersOf = Callable[[int], Iterable[Event]]


class Approvals:
    """What approvals cover; they are shown to it newest first."""

    def __init__(self, members_of: MembersOf) -> None:
        self.whole: set[bytes] = set()  # watched paths: all that is older was approved
        self._named: dict[bytes, set[bytes]] = {}
        self._members_of = members_of

    def take(self, approval: Event) -> None:
        root = approval.watched
        if PART not in approval.what:
            self.whole.add(root)
            return
        paths = self._named.setdefault(root, set())
        paths.update(path for one in self._members_of(approval.number) for path in _paths(one))

    def left(self, event: Event) -> int:
        """How many of its files no later approval names."""
        named = self._named.get(event.watched)
        if not event.counts:
            return 0 if named and event.path in named else 1
        if not named:
            return event.files
        return event.files - sum(one.path in named for one in self._members_of(event.number))


def still_open(newest_first: Iterable[Event], members_of: MembersOf) -> Iterator[Event]:
    """Of all events those that wait, newest first; gaps too, as far as no look has closed them."""
    approvals = Approvals(members_of)
    closed: set[GapKey] = set()
    for event in newest_first:
        if event.watched in approvals.whole:
            continue
        if event.kind is EventKind.APPROVED:
            approvals.take(event)
        elif event.kind is EventKind.GAP:
            key = key_of_gap(event)
            if event.explained_by:
                closed.add(key)
            elif key not in closed:
                yield event
        elif not event.explained_by and approvals.left(event) > 0:
            yield event


def _paths(event: Event) -> Iterator[bytes]:
    yield event.path
    if event.old_path is not None:
        yield event.old_path
