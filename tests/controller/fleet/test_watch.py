"""The watch: by the controller's own clock, raised once, cleared when it is over, all logged."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select

from controller.fleet.alerts import acknowledge
from controller.fleet.issue_order import Task, issue_order
from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.fleet.watch import watch
from controller.store.queries_alerts import Alert, all_alerts, open_alerts
from controller.store.rebuild import projections_digest, rebuild
from controller.store.tables.log import LOG_ENTRY
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.statements import Commitment, backup, findings
from wire.messages import Configuration, Gap
from wire.verdicts import Cause, DrillVerdict, Regime

SILENT_AFTER = timedelta(seconds=3 * 60)


def alerts(province: Province) -> list[Alert]:
    with province.database.reading() as connection:
        return open_alerts(connection)


def kinds(province: Province) -> list[str]:
    return sorted(alert.kind for alert in alerts(province))


def test_an_agent_that_missed_three_heartbeats_is_silent_until_it_speaks(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.heartbeat()
    clock.forward(SILENT_AFTER)
    watch(province, NOW)
    assert kinds(province) == []
    clock.forward(timedelta(seconds=1))
    watch(province, NOW)
    assert kinds(province) == ["AGENT_SILENT"]
    assert alerts(province)[0].agent == host.agent
    assert watch(province, NOW) == 0  # raised once
    host.heartbeat()
    watch(province, NOW)
    assert kinds(province) == []


def test_a_host_that_never_spoke_after_enrolment_is_silent_too(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    assert host.agent
    clock.forward(SILENT_AFTER + timedelta(seconds=1))
    watch(province, NOW)
    assert kinds(province) == ["AGENT_SILENT"]


def test_nobody_is_silent_while_the_controller_itself_was_down(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.heartbeat()
    clock.forward(timedelta(hours=5))
    watch(province, served_since=clock())
    assert kinds(province) == []


def test_a_revoked_agent_is_not_waited_for(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    revoke_agent(province, "test", host.agent, "gone")
    clock.forward(timedelta(hours=1))
    watch(province, NOW)
    assert kinds(province) == []


def test_a_backup_past_its_rpo_is_missed_even_if_the_agent_says_green(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(backup(clock(), rpo=timedelta(hours=8))))
    clock.forward(timedelta(hours=8))
    host.heartbeat()
    watch(province, NOW)
    assert kinds(province) == []
    clock.forward(timedelta(minutes=1))
    host.heartbeat()
    watch(province, NOW)
    assert kinds(province) == ["BACKUP_MISSED"]
    host.send(host.statement(backup(clock(), rpo=timedelta(hours=8))))
    watch(province, NOW)
    assert kinds(province) == []


def test_the_age_of_a_backup_is_counted_on_the_controllers_clock(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    """The host's clock is 6 hours ahead: its snapshot of `now` looks fresh, and is fresh."""
    ahead = timedelta(hours=6)
    said = backup(clock() + ahead, rpo=timedelta(hours=1))
    host.offset_s = -ahead.total_seconds()
    host.send(host.opening(), host.statement(said, clock() + ahead))
    clock.forward(timedelta(hours=2))
    watch(province, clock())
    assert "BACKUP_MISSED" in kinds(province)


def test_a_failed_drill_stands_until_one_of_the_same_kind_passes(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    commitment = Commitment(clock())
    good = commitment.drill(clock())
    failed = msgspec.structs.replace(good, verdict=DrillVerdict.FAILED, cause=Cause.BAD_KEY)
    away = msgspec.structs.replace(
        good, verdict=DrillVerdict.INCONCLUSIVE, cause=Cause.SITE_UNREACHABLE, answers=()
    )
    elsewhere = msgspec.structs.replace(good, site="a")
    steps = [(failed, True), (away, True), (elsewhere, True), (good, False), (away, False)]
    host.send(host.opening(), host.statement(commitment.manifest))
    for drill, stands in steps:
        host.send(host.statement(drill))
        watch(province, NOW)
        assert kinds(province) == (["DRILL_FAILED"] if stands else [])


def configured(datasets: int) -> Configuration:
    return Configuration(
        digest="p" + "0" * 32,
        regimes={},
        levels={},
        datasets=datasets,
        watched=1,
        sites=("a", "b"),
        orders_allowed=("drill",),
    )


@pytest.mark.parametrize(
    ("datasets", "told", "stands"),
    [
        (0, (), False),
        (1, (), True),  # nothing was told since: it may be the one
        (1, ("another",), False),
        (2, ("another",), True),
        (1, ("another", "failed"), True),
    ],
    ids=["none left", "silent", "replaced", "may be the second", "still told"],
)
def test_a_failed_drill_of_a_dataset_that_left_the_configuration_is_over(
    host: SpokenHost,
    province: Province,
    clock: Clock,
    datasets: int,
    told: tuple[str, ...],
    stands: bool,
) -> None:
    failed = msgspec.structs.replace(
        Commitment(clock()).drill(clock()), verdict=DrillVerdict.FAILED, cause=Cause.BAD_KEY
    )
    same = backup(clock(), rpo=timedelta(days=1))
    bodies = {"failed": same, "another": msgspec.structs.replace(same, dataset="p" + "9" * 32)}
    host.send(host.opening(), host.statement(configured(2)), host.statement(same))
    host.send(host.statement(bodies["another"]), host.statement(failed))
    watch(province, NOW)
    assert kinds(province) == ["DRILL_FAILED"]
    host.send(host.statement(configured(datasets)))
    host.send(*(host.statement(bodies[name]) for name in told))
    watch(province, NOW)
    assert kinds(province) == (["DRILL_FAILED"] if stands else [])


def test_a_drill_that_failed_since_the_configuration_changed_stands(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    failed = msgspec.structs.replace(
        Commitment(clock()).drill(clock()), verdict=DrillVerdict.FAILED, cause=Cause.BAD_KEY
    )
    host.send(host.opening(), host.statement(configured(0)), host.statement(failed))
    watch(province, NOW)
    assert kinds(province) == ["DRILL_FAILED"]


@pytest.mark.parametrize(
    ("cause", "raised"),
    [
        (Cause.SNAPSHOTS_VANISHED, True),
        (Cause.REPOSITORY_DAMAGED, True),
        (Cause.CONTENT_DIFFERS, True),
        (Cause.SITE_UNREACHABLE, False),
    ],
)
def test_a_damaged_backup_is_named_while_it_is_damaged(
    host: SpokenHost, province: Province, clock: Clock, cause: Cause, *, raised: bool
) -> None:
    good = backup(clock(), rpo=timedelta(hours=8))
    at_b = msgspec.structs.replace(good.copies[1], cause=cause)
    bad = msgspec.structs.replace(good, cause=cause, copies=(good.copies[0], at_b))
    host.send(host.opening(), host.statement(bad))
    watch(province, NOW)
    assert kinds(province) == (["BACKUP_DAMAGED"] if raised else [])
    host.send(host.statement(good))
    watch(province, NOW)
    assert kinds(province) == []


def test_an_order_that_ended_without_an_answer_is_named_until_a_later_one_is_answered(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    commitment = Commitment(clock())
    host.send(host.opening(), host.statement(commitment.manifest))
    task = Task("BV", "drill", drill_class="D0", site="b")
    issue_order(province, "lan", task)
    clock.forward(timedelta(hours=23))
    watch(province, clock())
    assert kinds(province) == []
    clock.forward(timedelta(hours=1))
    watch(province, clock())
    assert [(a.kind, a.subject, a.severity) for a in alerts(province)] == [
        ("ORDER_UNANSWERED", "drill", "warning")
    ]
    again = issue_order(province, "lan", task)
    watch(province, clock())
    assert kinds(province) == ["ORDER_UNANSWERED"]
    host.send(host.statement(commitment.drill(clock(), again.order_id, again.nonce)))
    watch(province, clock())
    assert kinds(province) == []


def test_an_ordered_check_is_done_when_findings_come(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(findings(clock())))
    issue_order(province, "lan", Task("BV", "check"))
    clock.forward(timedelta(days=1))
    watch(province, clock())
    assert kinds(province) == ["ORDER_UNANSWERED"]
    host.send(host.statement(findings(clock())))
    watch(province, clock())
    assert kinds(province) == []


def test_a_wrong_clock_is_named_until_it_is_right(host: SpokenHost, province: Province) -> None:
    host.heartbeat(clock_offset_s=301.0)
    assert kinds(province) == ["CLOCK"]
    host.heartbeat(clock_offset_s=-86_400.0)
    assert kinds(province) == ["CLOCK"]
    host.heartbeat(clock_offset_s=2.0)
    assert kinds(province) == []


def test_an_event_is_over_when_a_person_has_seen_it(host: SpokenHost, province: Province) -> None:
    host.send(host.opening(), host.statement(Gap("outbox", "lost")))
    watch(province, NOW)
    assert kinds(province) == ["GAP"]
    acknowledge(province, "lan", alerts(province)[0].alert_id)
    watch(province, NOW)
    assert kinds(province) == []
    with province.database.reading() as connection:
        (alert,) = all_alerts(connection)
    assert (alert.acknowledged_by, alert.cleared_at) == ("lan", NOW)


@pytest.mark.parametrize(
    ("levels", "regimes", "raised"),
    [
        ({"FS": 3}, {"FS": Regime.ND331}, []),
        ({"FS": 2}, {"FS": Regime.ND331}, ["LEVEL_DIFFERS"]),
        ({"FS": 3}, {"FS": Regime.ND85}, ["LEVEL_DIFFERS"]),
        ({"XX": 3}, {"XX": Regime.ND331}, ["LEVEL_DIFFERS"]),
    ],
    ids=["same", "level", "regime", "unknown-system"],
)
def test_a_host_configured_for_another_level_is_named(
    host: SpokenHost,
    province: Province,
    levels: dict[str, int],
    regimes: dict[str, Regime],
    raised: list[str],
) -> None:
    said = Configuration(
        digest="p" + "0" * 32,
        regimes=regimes,
        levels=levels,
        datasets=1,
        watched=1,
        sites=("a", "b"),
        orders_allowed=("drill",),
    )
    host.send(host.opening(), host.statement(said))
    watch(province, NOW)
    assert kinds(province) == raised


def test_every_alert_stands_in_the_log_and_is_rebuilt_from_it(
    new_host: Callable[[], SpokenHost], province: Province, clock: Clock
) -> None:
    for _ in range(3):
        new_host().heartbeat(clock_offset_s=9_999.0)
    clock.forward(timedelta(hours=1))
    watch(province, NOW)
    assert len(alerts(province)) == 6
    with province.database.writing() as connection:
        entries = connection.execute(select(func.count()).select_from(LOG_ENTRY)).scalar_one()
        before = projections_digest(connection)
        assert rebuild(connection) == entries
        assert projections_digest(connection) == before


def test_an_assignment_is_signed_again_before_it_ends(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    first = host.heartbeat().json()["envelopes"]
    clock.forward(timedelta(days=61))
    watch(province, clock())
    second = host.heartbeat().json()["envelopes"]
    assert len(first) == len(second) == 1
    assert first != second
