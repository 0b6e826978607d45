"""Backups judged again: the agent's own verdict is evidence, the controller's clock decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from controller.fleet.watch_datasets import Configured, configured_hosts
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
    `left`: the host's configuration does not name the dataset any more.
    """

    statement: CurrentStatement
    backup: Backup
    judgement: BackupJudgement
    deadline: datetime
    left: bool

    def misses_its_objective(self, now: datetime) -> bool:
        """Whether no site holds a point within the RPO: judged even if nobody speaks."""
        return now > self.deadline and not self.left


def judged_backups(
    connection: Connection, now: datetime, facility: str | None = None
) -> list[JudgedBackup]:
    """Every dataset's newest backup statement, judged at this moment."""
    return judged_with_hosts(connection, now, facility)[0]


def judged_with_hosts(
    connection: Connection, now: datetime, facility: str | None = None
) -> tuple[list[JudgedBackup], dict[str, Configured]]:
    """The same, and what each host's configuration names."""
    said = current_statements(connection, "backup", facility)
    hosts = configured_hosts(connection, said, facility)
    planned = {(each.agent, each.dataset): each.planned_at for each in planned_datasets(connection)}
    since = Since(planned, enrolled_at(connection))
    judged = [
        replace(_judged(each, each.body, since, now), left=_has_left(hosts, each))
        for each in said
        if isinstance(each.body, Backup)
    ]
    return judged, hosts


def _has_left(hosts: Mapping[str, Configured], said: CurrentStatement) -> bool:
    host = hosts.get(said.agent)
    return host is not None and host.has_left(said.subject, said.log_index)


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
        left=False,
    )
