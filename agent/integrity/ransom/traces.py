"""What an attack leaves beside the files: names that changed alike, notes. Pure."""

from collections import Counter, OrderedDict, deque

from agent.integrity.ransom import limits
from agent.integrity.ransom.names import folder_of, looks_random, name_of, new_ending
from agent.integrity.ransom.observation import Observation

_RANDOM = b"/"  # stands for all random names together; no ending has a slash


class Renames:
    """How many files took the same new ending, or a name without words, within FAST."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, bytes]] = deque()
        self._counted: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._counted)

    def add(self, old: bytes, new: bytes, at: float) -> None:
        before, after = name_of(old), name_of(new)
        ending = new_ending(before, after)
        if not ending and looks_random(after) and not looks_random(before):
            ending = _RANDOM
        if ending:
            self._seen.append((at, ending))
            self._counted[ending] += 1
        if len(self._seen) > limits.MOST_RENAMES:
            self._forget_one()

    def most(self, now: float) -> int:
        """Of the ending that was taken most often."""
        while self._seen and self._seen[0][0] < now - limits.FAST.total_seconds():
            self._forget_one()
        return max(self._counted.values(), default=0)

    def _forget_one(self) -> None:
        _, ending = self._seen.popleft()
        self._counted[ending] -= 1
        if not self._counted[ending]:
            del self._counted[ending]


class Notes:
    """In how many folders the same new text stands that speaks as a blackmailer does."""

    def __init__(self) -> None:
        self._folders: OrderedDict[tuple[str, bytes], dict[bytes, float]] = OrderedDict()

    def add(self, observation: Observation, at: float) -> bool:
        """Whether this is one."""
        probe = observation.probe
        if probe is None or len(probe.words) < limits.NOTE_KINDS_OF_WORDS:
            return False
        path = observation.seen.change.path
        for key in (("name", name_of(path).lower()), ("text", probe.digest)):
            folders = self._folders.setdefault(key, {})
            folders[folder_of(path)] = at
            if len(folders) > limits.MOST_NOTE_FOLDERS:
                del folders[next(iter(folders))]
            self._folders.move_to_end(key)
        while len(self._folders) > limits.MOST_NOTES:
            self._folders.popitem(last=False)
        return True

    def most(self, now: float) -> int:
        """Folders of the note that stands in most of them."""
        since = now - limits.SLOW.total_seconds()
        return max(
            (sum(at > since for at in folders.values()) for folders in self._folders.values()),
            default=0,
        )
