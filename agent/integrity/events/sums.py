"""Sums of stored events: which folder, program or person stands for how many files. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from agent.integrity.events.event import CHANGES, Event, EventFilter


@dataclass(slots=True)
class Sum:
    """What stands behind one name: changed files, those that nothing explains, and when."""

    key: str
    first_at: datetime
    last_at: datetime
    files: int = 0
    unexplained: int = 0
    events: int = 0


class Sums:
    """Counts events one after the other, so that nobody holds a million of them."""

    def __init__(self, key_of: Callable[[Event], str], chosen: EventFilter) -> None:
        self._key_of = key_of
        self._chosen = chosen
        self._found: dict[str, Sum] = {}

    def add(self, event: Event, members: Iterable[Event]) -> None:
        """Take an event in; `members` is read only where files were folded into it."""
        if event.kind not in CHANGES:
            return
        seen: set[str] = set()
        for part, files in self._parts(event, members):
            key = self._key_of(part)
            one = self._found.setdefault(key, Sum(key, event.at, event.at))
            one.first_at, one.last_at = min(one.first_at, event.at), max(one.last_at, event.at)
            one.files += files
            one.unexplained += 0 if event.explained_by else files
            one.events += key not in seen
            seen.add(key)

    def most_first(self) -> list[Sum]:
        return sorted(self._found.values(), key=lambda one: (-one.files, one.key))

    def _parts(self, event: Event, members: Iterable[Event]) -> Iterator[tuple[Event, int]]:
        """Each change that was asked for, with how many files it stands for."""
        if not event.counts:
            yield event, 1
            return
        left = Counter(event.counts)
        for member in members:
            left[member.kind] -= 1
            if self._chosen.wants_one(member):
                yield structs.replace(member, explained_by=event.explained_by), 1
        for kind, files in (+left).items():  # counted, and not kept one by one
            rest = structs.replace(event, kind=kind, counts={}, path=event.path + b"/")  # in it
            if self._chosen.wants_one(rest):
                yield rest, files
