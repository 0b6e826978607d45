"""Missed and damaged backups, and runs without a point: what the watch says of datasets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.fleet.alerts import Trouble
from controller.fleet.judge import JudgedBackup, judged_with_hosts
from controller.fleet.watch_datasets import Configured
from controller.store.engine import Connection
from controller.store.queries_agents import Agent
from controller.store.queries_watching import PlannedDataset, planned_datasets
from controller.store.requests import Presence
from wire.verdicts import Cause

STILL_RUNNING, SILENT = "STILL_RUNNING", "AGENT_SILENT"
_DAMAGE = frozenset({Cause.REPOSITORY_DAMAGED, Cause.CONTENT_DIFFERS, Cause.SNAPSHOTS_VANISHED})


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who may be believed, who was heard, who is silent."""

    trusted: Mapping[str, Agent]
    heard: Mapping[str, Presence]
    silent: frozenset[str]

    def why_missed(self, agent: str, dataset: str, cause: Cause | None) -> str:
        """What is known besides: it is silent, it still runs, or the cause that it told."""
        if agent in self.silent:
            return SILENT
        presence = self.heard.get(agent)
        if presence is not None and presence.runs(dataset) is not None:
            return STILL_RUNNING
        return cause.value if cause else ""


@dataclass(frozen=True, slots=True)
class Told:
    """What hosts have said of their datasets, and which they have."""

    backups: list[JudgedBackup]
    hosts: Mapping[str, Configured]
    planned: list[PlannedDataset]


def told_of_datasets(connection: Connection, now: datetime) -> Told:
    backups, hosts = judged_with_hosts(connection, now)
    return Told(backups, hosts, planned_datasets(connection))


def backup_troubles(told: Told, hearing: Hearing, now: datetime) -> Iterator[Trouble]:
    """What is wrong with the datasets that the hosts have now."""
    for backup in told.backups:
        if backup.statement.agent in hearing.trusted and not backup.left:
            yield from _of_one(backup, hearing, now)
    spoken_of = {(each.statement.agent, each.statement.subject) for each in told.backups}
    for planned in told.planned:
        place = (planned.agent, planned.dataset)
        if planned.agent in hearing.trusted and place not in spoken_of:
            yield from _never_told(planned, hearing, now)


def _of_one(backup: JudgedBackup, hearing: Hearing, now: datetime) -> Iterator[Trouble]:
    place = backup.statement
    where = (place.facility, place.agent, place.subject)
    if backup.misses_its_objective(now):
        cause = backup.judgement.cause
        yield Trouble(
            "BACKUP_MISSED", *where, hearing.why_missed(place.agent, place.subject, cause)
        )
    said = {copy.cause for copy in backup.backup.copies} | {backup.backup.cause}
    damage = sorted(cause.value for cause in _DAMAGE & {backup.judgement.cause, *said} if cause)
    if damage:
        yield Trouble("BACKUP_DAMAGED", *where, damage[0])
    if backup.backup.source_cause is not None:
        yield Trouble("NO_NEW_POINT", *where, backup.backup.source_cause.value)


def _never_told(planned: PlannedDataset, hearing: Hearing, now: datetime) -> Iterator[Trouble]:
    """A dataset that is configured and of which nobody has ever told a backup."""
    if now > planned.planned_at + planned.rpo:
        detail = hearing.why_missed(planned.agent, planned.dataset, Cause.NEVER_RUN)
        yield Trouble("BACKUP_MISSED", planned.facility, planned.agent, planned.dataset, detail)
