"""What each check said at the last recorded look, and since when: what got better or worse."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from agent.checks.model import Finding
from agent.clock import Clock
from agent.config.home import Home
from agent.state.database import open_state, transaction
from agent.state.spoken import SpokenConnection
from wire.verdicts import CheckVerdict

MIGRATIONS = (
    """
    CREATE TABLE last_verdict (
        check_id TEXT PRIMARY KEY,
        verdict TEXT NOT NULL,
        looked_at TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE last_verdict ADD COLUMN since TEXT NOT NULL DEFAULT '';
    ALTER TABLE last_verdict ADD COLUMN before TEXT NOT NULL DEFAULT '';
    UPDATE last_verdict SET since = looked_at;
    """,
)
_GOOD = {CheckVerdict.PASS, CheckVerdict.NOT_APPLICABLE}


class Direction(StrEnum):
    """FAIL and UNKNOWN earn nothing alike: going from one to the other is neither way."""

    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Said:
    """What a check said when it was last recorded. `before` is None until it changes once."""

    verdict: CheckVerdict
    looked_at: datetime
    since: datetime
    before: CheckVerdict | None


@dataclass(frozen=True, slots=True)
class Change:
    """One check that says another thing than at the look before."""

    check: str
    was: CheckVerdict | None  # None: it was never looked at
    now: CheckVerdict
    direction: Direction
    last_looked_at: datetime | None


def changes(past: Mapping[str, Said], findings: Sequence[Finding]) -> tuple[Change, ...]:
    """What changed, in the order of the findings.

    A check that is not among the findings says nothing: its level is judged no more. Nothing is
    a change at the first look of all.
    """
    if not past:
        return ()
    found = (_change(past.get(finding.check), finding) for finding in findings)
    return tuple(change for change in found if change is not None)


def _change(said: Said | None, finding: Finding) -> Change | None:
    if said is None:
        return Change(finding.check, None, finding.verdict, Direction.NEW, None)
    if said.verdict is finding.verdict:
        return None
    direction = _direction(said.verdict, finding.verdict)
    return Change(finding.check, said.verdict, finding.verdict, direction, said.looked_at)


def _direction(was: CheckVerdict, now: CheckVerdict) -> Direction:
    if (was in _GOOD) == (now in _GOOD):
        return Direction.OTHER
    return Direction.BETTER if now in _GOOD else Direction.WORSE


class History:
    """The store in `checks.sqlite`. What a check that is asked no more said is kept."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def recall(self) -> dict[str, Said]:
        rows = self._connection.execute(
            "SELECT check_id, verdict, looked_at, since, before FROM last_verdict"
        )
        return {row[0]: _said(*row[1:]) for row in rows}

    def record(self, findings: Sequence[Finding], looked_at: datetime) -> None:
        """One row a check; `since` and `before` move only when the verdict does."""
        moment = looked_at.astimezone(UTC).isoformat()
        rows = [(finding.check, finding.verdict.value, moment, moment) for finding in findings]
        with transaction(self._connection) as writing:
            writing.executemany(
                "INSERT INTO last_verdict (check_id, verdict, looked_at, since)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (check_id) DO UPDATE SET"
                " since = iif(verdict = excluded.verdict, since, excluded.since),"
                " before = iif(verdict = excluded.verdict, before, verdict),"
                " verdict = excluded.verdict, looked_at = excluded.looked_at",
                rows,
            )


def _said(verdict: str, looked_at: str, since: str, before: str) -> Said:
    return Said(
        CheckVerdict(verdict),
        datetime.fromisoformat(looked_at),
        datetime.fromisoformat(since),
        CheckVerdict(before) if before else None,
    )


@contextlib.contextmanager
def open_history(home: Home, clock: Clock) -> Iterator[History]:
    with contextlib.closing(
        open_state(home, "checks", MIGRATIONS, clock, SpokenConnection)
    ) as connection:
        yield History(connection)
