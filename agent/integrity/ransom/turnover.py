"""What came into folders and what went from them within FAST: with a shape or without. Pure."""

from collections import Counter, deque
from collections.abc import Collection

from agent.integrity.ransom import limits
from agent.integrity.ransom.names import folder_of
from agent.integrity.ransom.partners import Left
from agent.integrity.ransom.sign import NOTHING_TO_LOSE

_CAME_SHAPED, _CAME_SHAPELESS, _WENT_SHAPED, _WENT_SHAPELESS = range(4)


class Turnover:
    """Guards the counts of each folder."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, bytes, int]] = deque()
        self._counts: Counter[tuple[bytes, int]] = Counter()

    def came(self, left: Left) -> None:
        self._add(left, _CAME_SHAPELESS if left.shapeless else _CAME_SHAPED)

    def went(self, left: Left) -> None:
        lost = left.content not in NOTHING_TO_LOSE
        self._add(left, _WENT_SHAPED if lost else _WENT_SHAPELESS)

    def one_sided(self, folders: Collection[bytes]) -> bool:
        """Whether nearly all that went from these had a shape, and nearly nothing that came."""
        came_shaped, came, went, went_shapeless = (
            sum(self._counts[folder, kind] for folder in folders)
            for kind in (_CAME_SHAPED, _CAME_SHAPELESS, _WENT_SHAPED, _WENT_SHAPELESS)
        )
        enough_came = 0 < came >= limits.ONE_SIDED * (came + came_shaped)
        return enough_came and 0 < went >= limits.ONE_SIDED * (went + went_shapeless)

    def _add(self, left: Left, kind: int) -> None:
        folder = folder_of(left.path)
        self._seen.append((left.at, folder, kind))
        self._counts[folder, kind] += 1
        horizon = left.at - limits.FAST.total_seconds()
        while self._seen[0][0] < horizon or len(self._seen) > 2 * limits.MOST_PARTNERS:
            _, old, what = self._seen.popleft()
            self._forget((old, what))

    def _forget(self, key: tuple[bytes, int]) -> None:
        self._counts[key] -= 1
        if not self._counts[key]:
            del self._counts[key]
