"""Backups judged again: the agent's own verdict is evidence, the controller's clock decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.store.engine import Connection
from controller.store.queries_current import CurrentStatement, current_statements
from controller.store.queries_watching import enrolled_at, planned_datasets
from recovery.backup_verdict import BackupJudgement, judge
from recovery.dataset_facts import from_statement
from recovery.deadline import deadline
from wire.messages import Backup


@dataclass(frozen=True, slots=True)
class JudgedBackup:
    """The newest statement on one dataset, with the verdict as of now.

    `deadline`: by when a new point was, or is, to be told of; by the controller's clock.
    """

    statement: CurrentStatement
    backup: Backup
    judgement: BackupJudgement
    deadline: datetime

    def misses_its_objective(self, now: datetime) -> bool:
        """Whether no site holds a point within the RPO: judged even if nobody speaks."""
        return now > self.deadline


def judged_backups(
    connection: Connection, now: datetime, facility: str | None = None
) -> list[JudgedBackup]:
    """Every dataset's newest backup statement, judged at this moment."""
    planned = {(each.agent, each.dataset): each.planned_at for each in planned_datasets(connection)}
    since = Since(planned, enrolled_at(connection))
    return [
        _judged(statement, statement.body, since, now)
        for statement in current_statements(connection, "backup", facility)
        if isinstance(statement.body, Backup)
    ]


@dataclass(frozen=True, slots=True)
class Since:
    """Since when each dataset is to be backed up; of older agents we know when they joined."""

    planned: Mapping[tuple[str, str], datetime]
    enrolled: Mapping[str, datetime]

    def of(self, statement: CurrentStatement) -> datetime:
        place = (statement.agent, statement.subject)
        return self.planned.get(place) or self.enrolled[statement.agent]


def _judged(
    statement: CurrentStatement, backup: Backup, since: Since, now: datetime
) -> JudgedBackup:
    """The host's moments are on its own clock, whose measured offset the header tells."""
    offset = timedelta(seconds=statement.header.clock_offset_s)
    facts = from_statement(backup)
    due = deadline(facts, since.of(statement) - offset, statement.received_at - offset)
    return JudgedBackup(
        statement=statement,
        backup=backup,
        judgement=judge(facts, now - offset),
        deadline=due + offset,
    )
