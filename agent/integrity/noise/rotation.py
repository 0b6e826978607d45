"""Rotated logs: proved by content, so that no line that was seen before is lost. Pure.

A turn of a log (`x.1`, `x.2.gz`, `x-20260131`) is explained when its content, unpacked where it is
compressed, is one that another file of the family had, or begins with it. The log itself may begin
anew when its former content is in one of the turns. A turn may go only when others moved up: one
for each rotation where nobody knows who took it, any where logrotate itself did.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from agent.files.record import FileRecord
from agent.integrity.noise.context import Context
from agent.integrity.noise.growth import grew
from agent.integrity.noise.log_names import LogName, is_log, parted
from agent.integrity.noise.questions import Question, about
from agent.integrity.noise.shapes import idle
from agent.integrity.noise.sorting import Claim, Sorting, may_wait
from agent.integrity.seen import Seen

ROTATION = "rotation"
_SETTLED = timedelta(seconds=10)  # compressing takes its time
_LARGEST = 256 * 2**20
_LOGROTATE = frozenset({"/usr/sbin/logrotate"})


def explain_rotation(seens: Sequence[Seen], context: Context) -> Sorting:
    """Sort the changes: families of logs of which at least one turn changed."""
    families: defaultdict[bytes, list[Seen]] = defaultdict(list)
    for seen in seens:
        families[parted(seen.change.path).stem].append(seen)
    sorting = Sorting()
    for stem, family in families.items():
        turned = any(_name(seen).turn for seen in family)
        if not turned or not is_log(stem, context.log_patterns):
            sorting.rest.extend(family)
        elif any(may_wait(seen, context.now, _SETTLED) for seen in family if _name(seen).turn):
            sorting.wait(family, context.now + _SETTLED)
        else:
            _sort(stem, family, context, sorting)
    return sorting


def _sort(stem: bytes, family: Sequence[Seen], context: Context, sorting: Sorting) -> None:
    rotation = _Rotation(stem, family, context)
    unread = rotation.questions()
    if unread:
        sorting.ask(unread, family, context.now)
        return
    explained = rotation.explained()
    for seen in family:
        if seen.change.path in explained:
            sorting.claims.append(Claim(seen, ROTATION))
        else:
            sorting.rest.append(seen)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a file of the family held."""

    path: bytes
    size: int
    sha256: bytes
    inode: int


class _Rotation:
    """One family: what its files held before, and what they hold now."""

    def __init__(self, stem: bytes, family: Sequence[Seen], context: Context) -> None:
        self._stem = stem
        self._family = family
        self._readings = context.readings
        self._befores: list[_Content] = []
        self._now: dict[bytes, FileRecord | None] = {}
        for seen in family:
            change = seen.change
            self._remember(change.before)
            if change.old_path is not None:
                self._now[change.old_path] = None
            self._now[change.path] = change.after

    def _remember(self, before: FileRecord | None) -> None:
        if before is not None and before.sha256 is not None and before.is_file:
            self._befores.append(_content(before, before.sha256))

    def questions(self) -> list[Question]:
        """What must be read first: turns that are not, as they are, what was there before."""
        known = {content.sha256 for content in self._befores}
        return [
            question
            for after in self._turns()
            if after.sha256 not in known and (question := self._question(after))
            if question not in self._readings
        ]

    def explained(self) -> frozenset[bytes]:
        """The paths whose changes are the rotation, and nothing else."""
        kept: set[bytes] = set()
        turns: set[bytes] = set()
        for after in self._turns():
            contents = self._contained(after)
            if contents:
                kept |= contents
                turns.add(after.path)
        if not turns:
            return frozenset()
        return frozenset(turns | self._gone(kept) | self._begun(kept))

    def _turns(self) -> Iterable[FileRecord]:
        records = (record for record in self._now.values() if record is not None)
        return [one for one in records if parted(one.path).turn and _may_be_read(one)]

    def _question(self, after: FileRecord) -> Question | None:
        lengths = frozenset(content.size for content in self._sources(after))
        if not lengths or after.sha256 is None:
            return None
        packed = bool(parted(after.path).packed)
        return replace(about(after, after.sha256), unpack=packed, lengths=lengths)

    def _sources(self, after: FileRecord) -> list[_Content]:
        """Of which files this may hold the content: an empty beginning proves nothing."""
        return [
            content
            for content in self._befores
            if content.path != after.path and (content.size or content.inode == after.inode)
        ]

    def _contained(self, after: FileRecord) -> set[bytes]:
        """The former contents, by sum, that this turn holds or begins with."""
        sources = self._sources(after)
        same = {content.sha256 for content in sources if content.sha256 == after.sha256}
        question = self._question(after)
        reading = self._readings.get(question) if question else None
        if reading is None:
            return same
        prefixes = reading.prefixes
        return same | {one.sha256 for one in sources if prefixes.get(one.size) == one.sha256}

    def _gone(self, kept: set[bytes]) -> set[bytes]:
        """Turns that are not there any more: moved up, or one that is lost as the oldest."""
        gone = {path for path, record in self._now.items() if record is None and path != self._stem}
        last = {content.path: content.sha256 for content in self._befores}
        moved = {path for path in gone if last.get(path) in kept}
        lost = sorted(gone - moved, key=_age)
        by_logrotate = {path for path in lost if self._makers(path) <= _LOGROTATE}
        return moved | by_logrotate | {path for path in lost[-1:] if self._makers(path) == {""}}

    def _begun(self, kept: set[bytes]) -> set[bytes]:
        """The log itself, when nothing of what it held is lost and it only grew since."""
        course = [seen for seen in self._family if seen.change.path == self._stem]
        ends = next((place for place, seen in enumerate(course) if _ends(seen)), None)
        if ends is None:
            return set()
        held = {seen.change.before.sha256 for seen in course[: ends + 1] if seen.change.before}
        newest = course[-1].change.after
        fine = newest is None or idle(newest)
        return (
            {self._stem} if fine and held <= kept and all(map(grew, course[ends + 1 :])) else set()
        )

    def _makers(self, path: bytes) -> set[str]:
        """The programs that made its changes; an empty one is not known."""
        whos = [seen.who for seen in self._family if seen.change.path == path]
        return {who.exe if who else "" for who in whos}


def _ends(seen: Seen) -> bool:
    """Whether the log that was written to begins anew, or is moved away."""
    before, after = seen.change.before, seen.change.after
    if before is None or after is None:
        return before is not None
    return before.inode != after.inode or after.size < before.size


def _name(seen: Seen) -> LogName:
    return parted(seen.change.path)


def _content(record: FileRecord, sha256: bytes) -> _Content:
    return _Content(record.path, record.size, sha256, record.inode)


def _may_be_read(record: FileRecord) -> bool:
    return idle(record) and record.sha256 is not None and record.size <= _LARGEST


def _age(path: bytes) -> tuple[int, bytes]:
    """The oldest turn last: the highest number, or the earliest day."""
    turn = parted(path).turn.lstrip(b".-")
    digits = bytes(character for character in turn if character in b"0123456789")
    number = int(digits or b"0")
    return (number, turn) if len(digits) < len(b"20260131") else (-number, turn)
