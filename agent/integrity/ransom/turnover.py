"""What came into folders and what went from them within FAST: with a shape or without. Pure."""

from collections import deque
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from agent.integrity.ransom import limits
from agent.integrity.ransom.names import folder_of
from agent.integrity.ransom.shelf import Left
from agent.integrity.ransom.sign import NOTHING_TO_LOSE

_CAME_SHAPED, _CAME_SHAPELESS, _WENT_SHAPED, _WENT_SHAPELESS = range(4)
_STEP_S = 30.0  # what happens in a folder within it is counted together


class _Step(NamedTuple):
    """What happened in the folders from a moment on."""

    at: float
    counts: dict[bytes, list[int]]


class Turnover:
    """Guards the counts of each folder."""

    def __init__(self) -> None:
        self._steps: deque[_Step] = deque()
        self._folders = 0  # in all steps together

    def __len__(self) -> int:
        """Folders that are counted, each once for every step."""
        return self._folders

    def came(self, left: Left) -> None:
        self._add(left, _CAME_SHAPELESS if left.shapeless else _CAME_SHAPED)

    def went(self, left: Left) -> None:
        lost = left.content not in NOTHING_TO_LOSE
        self._add(left, _WENT_SHAPED if lost else _WENT_SHAPELESS)

    def one_sided(self, folders: AbstractSet[bytes]) -> bool:
        """Whether nearly all that went from these had a shape, and nearly nothing that came."""
        counts = [
            step.counts[folder] for step in self._steps for folder in folders & step.counts.keys()
        ]
        came_shaped, came, went, went_shapeless = (
            sum(count[kind] for count in counts)
            for kind in (_CAME_SHAPED, _CAME_SHAPELESS, _WENT_SHAPED, _WENT_SHAPELESS)
        )
        enough_came = 0 < came >= limits.ONE_SIDED * (came + came_shaped)
        return enough_came and 0 < went >= limits.ONE_SIDED * (went + went_shapeless)

    def _add(self, left: Left, kind: int) -> None:
        if not self._steps or self._is_full(self._steps[-1], left.at):
            self._steps.append(_Step(left.at, {}))
        counts, folder = self._steps[-1].counts, folder_of(left.path)
        if folder not in counts:
            counts[folder] = [0, 0, 0, 0]
            self._folders += 1
        counts[folder][kind] += 1
        horizon = left.at - limits.FAST.total_seconds() - _STEP_S
        while len(self._steps) > 1 and (
            self._steps[0].at < horizon or self._folders > limits.MOST_FOLDERS
        ):
            self._folders -= len(self._steps.popleft().counts)

    def _is_full(self, step: _Step, now: float) -> bool:
        return now >= step.at + _STEP_S or len(step.counts) * 2 > limits.MOST_FOLDERS
