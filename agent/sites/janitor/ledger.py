"""The ledger of snapshots: which came when by the site's own clock, and which are gone.

Each line holds the digest of the line before it: who changes an earlier line must change all that
follow, and whoever has seen a later digest notices. Lost or changed, it is begun anew and says so.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

FIRST = "0" * 64


class Event(StrEnum):
    BEGUN = "begun"
    FOUND = "found"  # was there when the ledger was begun: nobody knows since when
    ARRIVED = "arrived"
    GONE = "gone"  # without an explanation
    REMOVED = "removed"  # while the site's maintenance was at work
    DATED = "dated"  # what the repository's key showed


class Why(StrEnum):
    """Why a ledger was begun."""

    NEW = "new"
    LOST = "lost"
    CHANGED = "changed"  # its chain does not hold


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `id` is empty in the first."""

    n: int
    at: float  # the site's clock
    event: str
    prev: str
    id: str = ""
    size: int = 0
    why: str = ""
    tree: str = ""
    dated_at: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the ledger says of one snapshot by now."""

    id: str
    arrived_at: float | None  # None: it was there before the ledger
    size: int
    gone_at: float | None = None
    explained: bool = False
    dated_at: float | None = None


class Ledger:
    """Guards ledger.jsonl."""

    def __init__(self, file: Path, expected: tuple[int, str] | None, at: float) -> None:
        """`expected`: number and digest that the memory holds; None: it holds nothing."""
        self._file = file
        self.heads: list[str] = []
        self._snapshots: dict[str, Snapshot] = {}
        self.begun_at, self.why = at, Why.NEW
        intact = self._load() if file.exists() else False
        if intact and (expected is None or self._holds(*expected)):
            return
        lost = file.exists() or expected is not None
        why = (Why.CHANGED if file.exists() else Why.LOST) if lost else Why.NEW
        self._begin(at, why)

    @property
    def head(self) -> tuple[int, str]:
        return len(self.heads), self.heads[-1]

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        return self._snapshots

    def present(self) -> frozenset[str]:
        return frozenset(one.id for one in self._snapshots.values() if one.gone_at is None)

    def add(self, event: Event, at: float, **fields: object) -> None:
        """Append one line, on disk before it counts."""
        line = Line(len(self.heads) + 1, at, event.value, self._last(), **fields)  # type: ignore[arg-type]
        raw = json.dumps(_without_defaults(line), separators=(",", ":")).encode()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._file, flags, 0o600)
        try:
            os.write(descriptor, raw + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._take(line, raw)

    def _last(self) -> str:
        return self.heads[-1] if self.heads else FIRST

    def _holds(self, number: int, head: str) -> bool:
        return 0 < number <= len(self.heads) and self.heads[number - 1] == head

    def _begin(self, at: float, why: Why) -> None:
        if self._file.exists():
            self._file.replace(self._file.with_name(f"{self._file.name}.{int(at)}.changed"))
        self.heads, self._snapshots = [], {}
        self.add(Event.BEGUN, at, why=why.value)

    def _load(self) -> bool:
        """Whether every whole line fits the one before; a torn last line was never finished."""
        whole = 0
        with self._file.open("rb") as lines:
            for raw in lines:
                if not raw.endswith(b"\n"):
                    break
                line = _line(raw)
                if line is None or (line.n, line.prev) != (len(self.heads) + 1, self._last()):
                    return False
                whole += len(raw)
                self._take(line, raw.rstrip(b"\n"))
        os.truncate(self._file, whole)
        return bool(self.heads)

    def _take(self, line: Line, raw: bytes) -> None:
        self.heads.append(hashlib.sha256(raw).hexdigest())
        known = self._snapshots.get(line.id)
        if line.event == Event.BEGUN:
            self.begun_at, self.why = line.at, Why(line.why)
        elif line.event in (Event.FOUND, Event.ARRIVED):
            arrived_at = line.at if line.event == Event.ARRIVED else None
            self._snapshots[line.id] = Snapshot(line.id, arrived_at, line.size)
        elif known and line.event in (Event.GONE, Event.REMOVED):
            explained = line.event == Event.REMOVED
            self._snapshots[line.id] = replace(known, gone_at=line.at, explained=explained)
        elif known and line.event == Event.DATED:
            self._snapshots[line.id] = replace(known, dated_at=line.dated_at)


def _line(raw: bytes) -> Line | None:
    try:
        return Line(**json.loads(raw))
    except (ValueError, TypeError):
        return None


def _without_defaults(line: Line) -> dict[str, object]:
    values = {name: getattr(line, name) for name in Line.__slots__}
    return {name: value for name, value in values.items() if value not in ("", None)}
