"""What the waiting changes of one path say together. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from agent.files.record import FileRecord
from agent.integrity.change import Kind
from agent.integrity.seen import Seen


class History:
    """The changes that wait, by path, oldest first."""

    def __init__(self, seens: Sequence[Seen]) -> None:
        self._first: dict[bytes, FileRecord | None] = {}
        self._last: dict[bytes, Seen] = {}
        self._former: defaultdict[bytes, set[bytes]] = defaultdict(set)
        self._holders: defaultdict[bytes, set[bytes]] = defaultdict(set)  # content -> where it was
        self._names: Counter[tuple[int, int]] | None = None
        for seen in seens:
            change = seen.change
            place = change.before.path if change.before else change.path
            if change.before and change.before.sha256:
                self._former[place].add(change.before.sha256)
                self._holders[change.before.sha256].add(place)
            if change.old_path:
                self._last[change.old_path] = seen
            self._first.setdefault(change.path, None if change.old_path else change.before)
            self._last[change.path] = seen

    def names_of(self, record: FileRecord) -> int:
        """How many of these paths are names of this very file in the end."""
        if self._names is None:
            lasts = (seen.change.after for seen in self._last.values())
            self._names = Counter((one.device, one.inode) for one in lasts if one is not None)
        return self._names[record.device, record.inode]

    def first(self, path: bytes) -> FileRecord | None:
        """What was there before anything of this happened."""
        return self._first.get(path)

    def is_newest(self, seen: Seen) -> bool:
        """Whether nothing more happened at its path."""
        return self._last[seen.change.path] is seen

    def went(self, path: bytes) -> bool:
        """Whether it was removed, or moved away, in the end."""
        last = self._last.get(path)
        return last is not None and (last.change.kind is Kind.REMOVED or last.change.path != path)

    def came(self, path: bytes) -> bool:
        """Whether it was not there before."""
        return path in self._first and self._first[path] is None

    def was_content_of(self, path: bytes, sha256: bytes | None) -> bool:
        return sha256 is not None and sha256 in self._former.get(path, ())

    def was_content_beside(self, path: bytes, sha256: bytes | None) -> bool:
        """Whether a file of the same folder held this until now, and is still there."""
        holders = self._holders.get(sha256, ()) if sha256 is not None else ()
        folder = path.rpartition(b"/")[0]
        return any(
            place != path and place.rpartition(b"/")[0] == folder and not self.went(place)
            for place in holders
        )
