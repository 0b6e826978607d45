"""Backups judged again: the agent's own verdict is evidence, the controller's clock decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.store.engine import Connection
from controller.store.queries_current import CurrentStatement, current_statements
from recovery.backup_verdict import BackupJudgement, judge
from recovery.dataset_facts import from_statement
from wire.messages import Backup


@dataclass(frozen=True, slots=True)
class JudgedBackup:
    """The newest statement on one dataset, with the verdict as of now.

    `newest_at` is the start of the newest snapshot at any site, by the controller's clock.
    """

    statement: CurrentStatement
    backup: Backup
    judgement: BackupJudgement
    newest_at: datetime | None

    def misses_its_objective(self, now: datetime) -> bool:
        """Whether no site holds a snapshot within the RPO: judged even if nobody speaks."""
        rpo = timedelta(seconds=self.backup.rpo_s)
        return self.newest_at is None or now - self.newest_at > rpo


def judged_backups(
    connection: Connection, now: datetime, facility: str | None = None
) -> list[JudgedBackup]:
    """Every dataset's newest backup statement, judged at this moment."""
    return [
        _judged(statement, statement.body, now)
        for statement in current_statements(connection, "backup", facility)
        if isinstance(statement.body, Backup)
    ]


def _judged(statement: CurrentStatement, backup: Backup, now: datetime) -> JudgedBackup:
    """The host's moments are on its own clock, whose measured offset the header tells."""
    offset = timedelta(seconds=statement.header.clock_offset_s)
    starts = [copy.snapshot_at for copy in backup.copies if copy.snapshot_at is not None]
    return JudgedBackup(
        statement=statement,
        backup=backup,
        judgement=judge(from_statement(backup), now - offset),
        newest_at=max(starts) + offset if starts else None,
    )
