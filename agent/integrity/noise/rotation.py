"""Rotated logs: proved by content, so that no line that was seen before is lost. Pure.

A turn of a log (`x.1`, `x.2.gz`, `x-20260131`) is explained when its content, unpacked where it is
compressed, is one that another file of the family had, or begins with it. The log itself may begin
anew when its former content is in one of the turns. A turn may go, or what it held be overwritten,
only when others moved up: the oldest one where nobody knows who did it, any where logrotate itself
did. Neither a turn nor the new log may be open to more people than the log was.
"""

import stat
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from agent.integrity.who.record import Who

ROTATION = "rotation"
_SETTLED = timedelta(seconds=10)  # compressing takes its time
_LARGEST = 256 * 2**20
_LOGROTATE = "/usr/sbin/logrotate"
_PACKERS = frozenset(f"/usr/bin/{name}" for name in ("bzip2", "gzip", "xz", "zstd"))


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


class _Rotation:
    """One family: what its files held before, and what they hold now."""

    def __init__(self, stem: bytes, family: Sequence[Seen], context: Context) -> None:
        self._stem = stem
        self._family = family
        self._readings = context.readings
        self._befores: list[FileRecord] = []
        self._firsts: dict[bytes, FileRecord | None] = {}
        self._now: dict[bytes, FileRecord | None] = {}
        for seen in family:
            change = seen.change
            place = change.old_path or change.path
            self._firsts.setdefault(place, change.before)
            self._remember(change.before)
            if change.old_path is not None:
                self._now[change.old_path] = None
            self._now[change.path] = change.after

    def _remember(self, before: FileRecord | None) -> None:
        if before is not None and before.sha256 is not None and before.is_file:
            self._befores.append(before)

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
            sources = self._contained(after)
            if any(_is_no_wider(after, source) for source in sources):
                kept |= {source.sha256 for source in sources if source.sha256 is not None}
                turns.add(after.path)
        if not turns:
            return frozenset()
        return frozenset((turns | self._gone() | self._begun(kept)) - self._lost(kept))

    def _turns(self) -> Iterable[FileRecord]:
        records = (record for record in self._now.values() if record is not None)
        return [one for one in records if parted(one.path).turn and _may_be_read(one)]

    def _question(self, after: FileRecord) -> Question | None:
        lengths = frozenset(content.size for content in self._sources(after))
        if not lengths or after.sha256 is None:
            return None
        packed = bool(parted(after.path).packed)
        return replace(about(after, after.sha256), unpack=packed, lengths=lengths)

    def _sources(self, after: FileRecord) -> list[FileRecord]:
        """Of which files this may hold the content: an empty beginning proves nothing."""
        return [
            content
            for content in self._befores
            if content.path != after.path and (content.size or content.inode == after.inode)
        ]

    def _contained(self, after: FileRecord) -> list[FileRecord]:
        """The former files whose content this turn holds or begins with."""
        sources = self._sources(after)
        question = self._question(after)
        reading = self._readings.get(question) if question else None
        prefixes = reading.prefixes if reading else {}
        return [
            one
            for one in sources
            if one.sha256 == after.sha256 or prefixes.get(one.size) == one.sha256
        ]

    def _gone(self) -> set[bytes]:
        """Turns that are not there any more."""
        return {path for path, record in self._now.items() if record is None and path != self._stem}

    def _lost(self, kept: set[bytes]) -> set[bytes]:
        """Turns of which what they held is nowhere, and should be: only the oldest one's may go."""
        present = {record.sha256 for record in self._now.values() if record is not None}
        lost = [
            path
            for path, first in self._firsts.items()
            if first is not None and first.size and path != self._stem
            if first.sha256 not in kept and first.sha256 not in present
        ]
        lost.sort(key=_age)
        oldest = {path for path in lost[-1:] if self._makers(path) <= {None}}
        return {path for path in lost if not self._makers(path) <= {True}} - oldest

    def _begun(self, kept: set[bytes]) -> set[bytes]:
        """The log itself, when nothing of what it held is lost and it only grew since."""
        course = [seen for seen in self._family if seen.change.path == self._stem]
        ends = next((place for place, seen in enumerate(course) if _ends(seen)), None)
        if ends is None:
            return set()
        held = {seen.change.before.sha256 for seen in course[: ends + 1] if seen.change.before}
        newest = course[-1].change.after
        former = course[0].change.before
        fine = newest is None or (
            idle(newest) and former is not None and _is_no_wider(newest, former)
        )
        return (
            {self._stem} if fine and held <= kept and all(map(grew, course[ends + 1 :])) else set()
        )

    def _makers(self, path: bytes) -> set[bool | None]:
        """Whether logrotate made each of its changes; None: nobody knows who it was."""
        return {_is_logrotate(seen.who) for seen in self._family if seen.change.path == path}


def _is_logrotate(who: Who | None) -> bool | None:
    """Itself, or what packs for it."""
    if who is None or not any((who.exe, *who.parents)):
        return None
    packs = who.exe in _PACKERS and who.parents[:1] == (_LOGROTATE,)
    return packs or who.exe == _LOGROTATE


def _ends(seen: Seen) -> bool:
    """Whether the log that was written to begins anew, or is moved away."""
    before, after = seen.change.before, seen.change.after
    if before is None or after is None:
        return before is not None
    return before.inode != after.inode or after.size < before.size


def _name(seen: Seen) -> LogName:
    return parted(seen.change.path)


def _is_no_wider(after: FileRecord, before: FileRecord) -> bool:
    """Whether nobody may do more with it than with what it was."""
    more = stat.S_IMODE(after.mode) & ~stat.S_IMODE(before.mode)
    return not more and after.uid in (0, before.uid) and after.gid in (0, before.gid)


def _may_be_read(record: FileRecord) -> bool:
    return idle(record) and record.sha256 is not None and record.size <= _LARGEST


def _age(path: bytes) -> tuple[int, bytes]:
    """The oldest turn last: the highest number, or the earliest day."""
    turn = parted(path).turn.lstrip(b".-")
    digits = bytes(character for character in turn if character in b"0123456789")
    number = int(digits or b"0")
    return (number, turn) if len(digits) < len(b"20260131") else (-number, turn)
