"""The newest deeds that full_audit told, by the path of each; bounded in number."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agent.integrity.who.full_audit.deeds import Effect, deeds_of
from agent.integrity.who.full_audit.lines import Line
from agent.integrity.who.full_audit.prefix import Prefix, Spoken

MOST_DEEDS = 20_000


class Told(NamedTuple):
    """One deed, and the line that tells it, as this prefix reads it."""

    effect: Effect
    spoken: Spoken
    line: Line
    prefix: Prefix


class Index:
    """Guards what was told lately."""

    def __init__(self) -> None:
        self._by_path: dict[bytes, list[Told]] = {}
        self._order: deque[bytes] = deque()

    def __len__(self) -> int:
        return len(self._order)

    def takes(self, lines: Iterable[Line], prefixes: Iterable[Prefix]) -> None:
        each_prefix = tuple(dict.fromkeys(prefixes))
        for line in lines:
            for prefix in each_prefix:
                spoken = prefix.read(line.message)
                if spoken is not None:
                    self._take(line, prefix, spoken)

    def of(self, path: bytes) -> Iterator[Told]:
        yield from self._by_path.get(path, ())

    def _take(self, line: Line, prefix: Prefix, spoken: Spoken) -> None:
        for deed in deeds_of(spoken.operation, spoken.rest):
            told = Told(deed.effect, spoken, line, prefix)
            self._by_path.setdefault(deed.path, []).append(told)
            self._order.append(deed.path)
            if len(self._order) > MOST_DEEDS:
                self._forget(self._order.popleft())

    def _forget(self, path: bytes) -> None:
        """The oldest of it."""
        of_path = self._by_path[path]
        del of_path[0]
        if not of_path:
            del self._by_path[path]
