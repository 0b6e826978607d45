"""Deadlines of backups: alarmed whether the agent is dead, hangs or never began; over when over."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from controller.fleet.judge import judged_backups
from controller.fleet.province import Province
from controller.fleet.watch import watch
from controller.store.queries_alerts import Alert, all_alerts, open_alerts
from controller.store.rebuild import projections_digest, rebuild
from controller.web.pages.recovery_view import worst_backup
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.statements import DATASET, backup
from wire.messages import Backup, Configuration, Planned, Running
from wire.verdicts import Cause

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
RPO = 8 * HOUR
OTHER = "p" + "9" * 32


def configured(*datasets: str, **changes: object) -> Configuration:
    said = Configuration(
        digest="p" + "0" * 32,
        regimes={},
        levels={},
        datasets=len(datasets),
        watched=1,
        sites=("a", "b"),
        orders_allowed=("drill",),
        planned=tuple(Planned(dataset, RPO.total_seconds()) for dataset in datasets),
    )
    return msgspec.structs.replace(said, **changes)


def missed(province: Province) -> list[Alert]:
    with province.database.reading() as connection:
        return [alert for alert in open_alerts(connection) if alert.kind == "BACKUP_MISSED"]


def look(province: Province, clock: Clock, after: timedelta = timedelta(0)) -> list[str]:
    """What is open about missed backups after a while, by its detail."""
    clock.forward(after)
    watch(province, NOW)
    return [alert.detail for alert in missed(province)]


def test_a_backup_that_still_runs_at_its_deadline_is_missed_and_said_to_run(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(configured(DATASET)))
    host.send(host.statement(backup(clock(), RPO)))
    running = (Running(DATASET, clock() + 5 * HOUR, "backup", 0.25),)
    clock.forward(RPO)
    host.heartbeat(running=running)
    assert look(province, clock) == []
    assert look(province, clock, SECOND) == ["STILL_RUNNING"]
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before


def test_a_dead_agents_backup_is_missed_too(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(backup(clock(), RPO)))
    host.heartbeat(running=(Running(DATASET, clock()),))
    assert look(province, clock, RPO) == []
    assert look(province, clock, SECOND) == ["AGENT_SILENT"]


def test_what_an_idle_agent_has_told_is_said_beside_it(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    away = msgspec.structs.replace(
        backup(clock(), RPO),
        copies=tuple(
            msgspec.structs.replace(copy, cause=Cause.SITE_UNREACHABLE)
            for copy in backup(clock(), RPO).copies
        ),
    )
    host.send(host.opening(), host.statement(away))
    clock.forward(RPO)
    host.heartbeat(running=(Running(OTHER, clock()),))
    assert look(province, clock, SECOND) == ["SITE_UNREACHABLE"]


def test_a_dataset_that_was_never_backed_up_is_missed_one_rpo_after_it_was_planned(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(configured(DATASET)))
    clock.forward(7 * HOUR)
    again = configured(DATASET, watched=2)  # another configuration changes no deadline
    host.send(host.statement(again))
    assert look(province, clock, HOUR) == []
    host.heartbeat()
    assert look(province, clock, SECOND) == ["NEVER_RUN"]
    never = msgspec.structs.replace(backup(clock(), RPO), copies=(), cause=Cause.NEVER_RUN)
    host.send(host.statement(never))
    assert look(province, clock) == ["NEVER_RUN"]
    host.send(host.statement(backup(clock(), RPO)))
    assert look(province, clock) == []


def test_a_first_backup_that_is_not_due_yet_is_not_missed(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    never = msgspec.structs.replace(backup(clock(), RPO), copies=(), cause=Cause.NEVER_RUN)
    host.send(host.opening(), host.statement(configured(DATASET)), host.statement(never))
    assert look(province, clock) == []
    clock.forward(RPO)
    host.heartbeat()
    assert look(province, clock, SECOND) == ["NEVER_RUN"]


def test_of_an_older_agent_a_dataset_without_a_point_is_due_one_rpo_after_it_joined(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    never = msgspec.structs.replace(backup(clock(), RPO), copies=(), cause=Cause.NEVER_RUN)
    clock.forward(RPO)
    host.send(host.opening(), host.statement(never))
    host.heartbeat()
    assert look(province, clock, SECOND) == ["NEVER_RUN"]


def test_a_point_that_is_lost_is_missed_at_once(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    good = backup(clock(), RPO)
    lost = tuple(msgspec.structs.replace(c, cause=Cause.NO_REPOSITORY) for c in good.copies)
    host.send(host.opening(), host.statement(msgspec.structs.replace(good, copies=lost)))
    host.heartbeat()
    assert look(province, clock, SECOND) == ["NO_REPOSITORY"]


def test_a_point_dated_in_the_future_keeps_no_alarm_away(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(backup(clock() + timedelta(days=4 * 365), RPO)))
    host.heartbeat()
    assert look(province, clock, SECOND) == ["CLOCK"]
    clock.forward(HOUR)
    host.send(host.statement(backup(clock() + timedelta(days=4 * 365), RPO)))
    assert len(look(province, clock, SECOND)) == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=6), timedelta(hours=-6)])
def test_a_hosts_wrong_clock_moves_no_deadline(
    host: SpokenHost, province: Province, clock: Clock, ahead: timedelta
) -> None:
    host.offset_s = -ahead.total_seconds()
    said = backup(clock() + ahead, RPO)
    host.send(host.opening(), host.statement(said, clock() + ahead))
    assert look(province, clock, RPO) == []
    assert len(look(province, clock, SECOND)) == 1


def test_the_alarms_of_a_dataset_that_left_the_configuration_are_over(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    bad = msgspec.structs.replace(backup(clock(), RPO), cause=Cause.SNAPSHOTS_VANISHED)
    host.send(host.opening(), host.statement(configured(DATASET, OTHER)), host.statement(bad))
    look(province, clock, RPO + SECOND)
    assert kinds(province) == ["AGENT_SILENT", "BACKUP_DAMAGED", "BACKUP_MISSED", "BACKUP_MISSED"]
    host.send(host.statement(configured(OTHER)))
    host.heartbeat()
    look(province, clock)
    assert kinds(province) == ["BACKUP_MISSED"]
    assert [alert.subject for alert in missed(province)] == [OTHER]
    with province.database.reading() as connection:
        judged = judged_backups(connection, clock())
    assert [each.left for each in judged] == [True]
    assert worst_backup(judged) is None  # nobody's RED
    host.send(host.statement(configured()))
    look(province, clock)
    assert kinds(province) == []


def kinds(province: Province) -> list[str]:
    with province.database.reading() as connection:
        return sorted(alert.kind for alert in open_alerts(connection))


def test_a_dataset_that_is_told_of_before_its_configuration_is_watched(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(configured(OTHER)))
    other = msgspec.structs.replace(backup(clock(), 100 * RPO), dataset=OTHER)
    host.send(host.statement(other), host.statement(backup(clock(), RPO)))
    clock.forward(RPO + SECOND)
    watch(province, clock())
    assert [alert.subject for alert in missed(province)] == [DATASET]


def test_what_passed_while_the_controller_was_off_is_alarmed_with_its_first_look(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(backup(clock(), RPO)))
    clock.forward(timedelta(days=2))
    watch(province, served_since=clock() - 15 * SECOND)
    assert [alert.detail for alert in missed(province)] == ["STALE"]


def test_a_restored_controller_alarms_until_the_evidence_is_back(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    """It has forgotten the newest backup; the agent sends it again, and the alarm is over."""
    host.send(host.opening(), host.statement(backup(clock(), RPO)))
    clock.forward(RPO + HOUR)
    newest = host.statement(backup(clock(), RPO))
    host.heartbeat()
    assert look(province, clock) == ["STALE"]
    host.send(newest)
    assert look(province, clock) == []
    with province.database.reading() as connection:
        (alert,) = [each for each in all_alerts(connection) if each.kind == "BACKUP_MISSED"]
    assert alert.cleared_at is not None


@pytest.mark.parametrize("cause", [Cause.SOURCE_SHRUNK, Cause.SOURCE_MISSING])
def test_a_run_that_made_no_point_is_alarmed_at_once_and_until_one_makes_one(
    host: SpokenHost, province: Province, clock: Clock, cause: Cause
) -> None:
    good: Backup = backup(clock(), RPO)
    bad = msgspec.structs.replace(good, source_cause=cause, cause=cause)
    host.send(host.opening(), host.statement(bad))
    look(province, clock)
    with province.database.reading() as connection:
        assert [(a.kind, a.detail) for a in open_alerts(connection)] == [
            ("NO_NEW_POINT", cause.value)
        ]
    host.send(host.statement(good))
    look(province, clock)
    assert kinds(province) == []


def test_many_facilities_are_alarmed_in_one_look(
    new_host: Callable[[], SpokenHost], province: Province, clock: Clock
) -> None:
    for number in range(12):
        host = new_host()
        host.send(host.opening(), host.statement(backup(clock() + number * MINUTE, RPO)))
    clock.forward(RPO + 11 * MINUTE + SECOND)
    watch(province, clock())
    assert len(missed(province)) == 12
