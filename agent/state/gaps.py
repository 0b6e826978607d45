"""Remembers which state files there are, and what was lost of them, until it has been said.

A plain file of JSON lines, not one more database: it must be readable when databases are not.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.config.home import Home


@dataclass(frozen=True, slots=True)
class StateGap:
    """One state file that had to be replaced."""

    purpose: str
    reason: str  # damaged | empty | missing
    kept_as: str
    at: datetime


def remember(home: Home, gap: StateGap) -> None:
    _append(
        _journal(home),
        {
            "purpose": gap.purpose,
            "reason": gap.reason,
            "kept_as": gap.kept_as,
            "at": gap.at.isoformat(),
        },
    )


def waiting(home: Home) -> tuple[StateGap, ...]:
    """Gaps that no statement has named yet, oldest first."""
    lines = _lines(_journal(home))
    return tuple(gap for gap in map(_gap, lines) if gap is not None)[_said(home) :]


def said(home: Home, count: int) -> None:
    """The oldest `count` waiting gaps now stand in signed statements."""
    target = home.state_dir / "gaps.said"
    new = target.with_suffix(".new")
    new.write_text(str(_said(home) + count))
    new.replace(target)


def all_gaps(home: Home) -> tuple[StateGap, ...]:
    return tuple(gap for gap in map(_gap, _lines(_journal(home))) if gap is not None)


def expect(home: Home, purpose: str) -> None:
    """From now on this file's absence is a loss."""
    if not expected(home, purpose):
        _append(_known(home), {"purpose": purpose})


def expected(home: Home, purpose: str) -> bool:
    return any(line.get("purpose") == purpose for line in _lines(_known(home)))


def _journal(home: Home) -> Path:
    return home.state_dir / "gaps.jsonl"


def _known(home: Home) -> Path:
    return home.state_dir / "files.jsonl"


def _said(home: Home) -> int:
    """How many were said. Unreadable: none, so that they are rather said twice than never."""
    try:
        return int((home.state_dir / "gaps.said").read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _gap(line: dict[str, str]) -> StateGap | None:
    if line.keys() < {"purpose", "reason", "at"}:
        return StateGap("gaps", "damaged", "", datetime.fromtimestamp(0, UTC))
    return StateGap(
        line["purpose"],
        line["reason"],
        line.get("kept_as", ""),
        datetime.fromisoformat(line["at"]),
    )


def _lines(file: Path) -> list[dict[str, str]]:
    """The records; a line that cannot be read comes back empty, and is a gap of its own."""
    if not file.exists():
        return []
    records: list[dict[str, str]] = []
    for line in filter(None, file.read_bytes().splitlines()):
        try:
            record = json.loads(line)
        except ValueError:
            record = {}
        records.append(record if isinstance(record, dict) else {})
    return records


def _append(file: Path, record: dict[str, str]) -> None:
    with file.open("ab") as stream:
        # begins a line of its own, whatever a crash left at the end
        stream.write(b"\n" + json.dumps(record).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
