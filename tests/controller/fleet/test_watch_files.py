"""Watched files as alerts: raised at once, one for what belongs together, over when it is over."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from controller.fleet.alerts import SEVERITY, acknowledge
from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.fleet.watch import EVENTS, STANDING, watch
from controller.fleet.watch_files import OFF_FOR, SEEN_FOR
from controller.store.queries_alerts import Alert, all_alerts, open_alerts
from controller.store.queries_file_events import Place, changed_since
from controller.store.queries_file_watching import event_breaks, watched_paths
from controller.store.rebuild import projections_digest, rebuild
from tests.controller.speaking import NOW, Clock, SpokenHost
from tests.controller.watched_files import WATCHED, EventChain, pseudonym, suspicion
from wire.messages import Baseline, Body, FileEvent, FileEvents, Gap, IntegrityScan
from wire.verdicts import Names

SECOND = timedelta(seconds=1)


def alerts(province: Province) -> list[Alert]:
    with province.database.reading() as connection:
        return open_alerts(connection)


def raised(province: Province) -> list[tuple[str, str]]:
    return sorted((alert.kind, alert.subject) for alert in alerts(province))


def say(host: SpokenHost, *bodies: Body) -> None:
    opening = () if host.sequence else (host.opening(),)
    answer = host.send(*opening, *map(host.statement, bodies))
    assert not answer.json()["refused"], answer.text


def counted(province: Province, alert: Alert) -> int:
    with province.database.reading() as connection:
        place = Place(alert.facility, alert.agent, alert.subject)
        return changed_since(connection, place, int(alert.detail))


def scan(watched: str = WATCHED, gaps: int = 0) -> IntegrityScan:
    return IntegrityScan(
        watched=watched,
        names=Names.NONE,
        from_at=None,
        to_at=NOW,
        files=1,
        bytes=1,
        unreadable=0,
        gaps=gaps,
        added=0,
        modified=0,
        removed=0,
        metadata=0,
    )


def baseline() -> Baseline:
    return Baseline(WATCHED, Names.FULL, 1, 1, 0, pseudonym("root"))


def test_every_kind_has_a_severity_and_a_way_to_end() -> None:
    kinds = {"FILES_CHANGED", "RANSOMWARE_SUSPECTED", "WATCHING_GAP"}
    kinds |= {"EVENTS_ROLLED_BACK", "BASELINE_DIFFERS"}
    assert kinds <= SEVERITY.keys()
    assert kinds <= STANDING | EVENTS


def test_unexplained_changes_are_one_alert_that_grows(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 3)))
    (alert,) = alerts(province)
    assert (alert.kind, alert.subject, alert.severity) == ("FILES_CHANGED", WATCHED, "warning")
    assert counted(province, alert) == 3
    for _ in range(3):
        clock.forward(SECOND)
        say(host, chain.say(*chain.events(clock(), 40)))
        assert watch(province, NOW) == 0
    assert [each.alert_id for each in alerts(province)] == [alert.alert_id]
    assert counted(province, alert) == 123


def test_what_is_explained_raises_nothing(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    explained = [replace(chain.event(NOW), explained_by="package") for _ in range(3)]
    gap = replace(chain.event(NOW, "", "gap"), what=("down",), explained_by="gap")
    say(host, chain.say(*explained, gap), chain.say())
    watch(province, NOW)
    assert raised(province) == []


def test_where_people_work_all_day_changes_are_kept_and_raise_nothing(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    for _ in range(3):
        say(host, replace(chain.say(*chain.events(clock(), 40)), at_work=True))
        clock.forward(SECOND)
    watch(province, clock())
    assert raised(province) == []
    with province.database.reading() as connection:
        assert changed_since(connection, Place("BV", host.agent, WATCHED), 0) == 120
    say(host, suspicion(clock()))
    assert [kind for kind, _ in raised(province)] == ["RANSOMWARE_SUSPECTED"]


def test_what_stood_before_people_were_said_to_work_there_stands_until_it_is_seen(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, chain.say(chain.event(NOW)))
    say(host, replace(chain.say(*chain.events(NOW, 40)), at_work=True))
    watch(province, NOW)
    assert raised(province) == [("CHANGES_SILENCED", WATCHED), ("FILES_CHANGED", WATCHED)]
    clock.forward(SECOND)
    for alert in alerts(province):
        acknowledge(province, "lan", alert.alert_id)
    for _ in range(2):
        clock.forward(SEEN_FOR)
        host.heartbeat()
        say(host, replace(chain.say(*chain.events(clock(), 40)), at_work=True))
        watch(province, clock())
    assert raised(province) == []


def test_changes_that_did_not_fit_raise_it_too(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    chain.last = 5
    omitted = replace(
        chain.say(), first=1, omitted=5, omitted_counts={"removed": 5}, omitted_unexplained=2
    )
    say(host, omitted)
    assert raised(province) == [("FILES_CHANGED", WATCHED)]
    assert counted(province, alerts(province)[0]) == 2


def test_acceptance_at_the_facility_ends_it(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    say(host, chain.say(chain.event(NOW)))
    say(host, baseline())
    watch(province, NOW)
    assert raised(province) == []
    say(host, chain.say(chain.event(NOW)))
    assert raised(province) == [("FILES_CHANGED", WATCHED)]


def test_acceptance_of_a_part_leaves_the_rest(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    say(host, chain.say(chain.event(NOW)), replace(baseline(), part=True))
    watch(province, NOW)
    assert raised(province) == [("FILES_CHANGED", WATCHED)]


def test_what_changed_after_the_acceptance_in_the_same_batch_stands(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    say(host, chain.say(chain.event(NOW)), baseline(), chain.say(chain.event(NOW)))
    watch(province, NOW)
    assert raised(province) == [("FILES_CHANGED", WATCHED)]


def test_seen_by_a_person_it_ends_after_a_while_and_only_newer_changes_raise_it_again(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 3)))
    (first,) = alerts(province)
    clock.forward(SECOND)
    acknowledge(province, "lan", first.alert_id)
    clock.forward(SECOND)
    say(host, chain.say(*chain.events(clock(), 2)))
    assert watch(province, clock()) == 0  # seen just now: it goes on as it is
    host.heartbeat()
    clock.forward(SEEN_FOR)
    host.heartbeat()
    watch(province, clock())
    assert raised(province) == []
    watch(province, clock())
    (second,) = alerts(province)
    assert counted(province, second) == 2
    acknowledge(province, "lan", second.alert_id)
    for _ in range(3):
        clock.forward(SEEN_FOR)
        host.heartbeat()
        watch(province, clock())
    assert raised(province) == []
    with province.database.reading() as connection:
        assert len(all_alerts(connection)) == 2


def test_a_suspicion_is_critical_until_the_facility_dismisses_it(
    host: SpokenHost, province: Province
) -> None:
    say(host, suspicion(NOW))
    (alert,) = alerts(province)
    assert (alert.kind, alert.severity) == ("RANSOMWARE_SUSPECTED", "critical")
    assert (alert.subject, alert.detail) == ("suspicion-1", "canary:magic_lost")
    say(host, replace(suspicion(NOW), files=900, held=True))
    acknowledge(province, "lan", alert.alert_id)
    watch(province, NOW)
    assert len(alerts(province)) == 1  # to have seen it ends no attack
    say(host, replace(suspicion(NOW), state="dismissed"))
    watch(province, NOW)
    assert raised(province) == []


def test_a_suspicion_of_a_revoked_host_is_over(host: SpokenHost, province: Province) -> None:
    say(host, suspicion(NOW))
    revoke_agent(province, "test", host.agent, "gone")
    watch(province, NOW)
    assert raised(province) == []


def test_another_suspicion_is_another_alert(host: SpokenHost, province: Province) -> None:
    say(host, suspicion(NOW), replace(suspicion(NOW), id="suspicion-2"))
    assert [kind for kind, _ in raised(province)] == ["RANSOMWARE_SUSPECTED"] * 2


def test_a_host_that_does_not_watch_is_named_until_it_does(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.heartbeat(watching="off")
    watch(province, NOW)
    assert raised(province) == []  # it may only just have begun
    clock.forward(OFF_FOR)
    host.heartbeat(watching="off")
    watch(province, NOW)
    assert raised(province) == [("WATCHING_GAP", "")]
    acknowledge(province, "lan", alerts(province)[0].alert_id)
    watch(province, NOW)
    assert raised(province) == [("WATCHING_GAP", "")]
    host.heartbeat(watching="fanotify")
    watch(province, NOW)
    assert raised(province) == []
    clock.forward(OFF_FOR)
    host.heartbeat(watching="off")
    watch(province, clock())
    assert raised(province) == []  # since just now


def test_one_path_that_is_not_watched_is_named(host: SpokenHost, province: Province) -> None:
    chain = EventChain()
    say(host, replace(chain.say(), watching="off"))
    watch(province, NOW)
    assert raised(province) == [("WATCHING_GAP", WATCHED)]
    say(host, chain.say())
    watch(province, NOW)
    assert raised(province) == []


def test_a_host_of_which_one_path_is_not_watched_is_told_with_that_path(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, replace(chain.say(), watching="off"), replace(chain.say(), watched="p" + "d" * 32))
    host.heartbeat(watching="off")
    clock.forward(OFF_FOR)
    host.heartbeat(watching="off")
    watch(province, NOW)
    assert raised(province) == [("WATCHING_GAP", ""), ("WATCHING_GAP", WATCHED)]


def test_a_path_that_is_only_looked_at_raises_nothing(host: SpokenHost, province: Province) -> None:
    say(host, replace(EventChain().say(), watching="looks"))
    host.heartbeat(watching="looks")
    watch(province, NOW)
    assert raised(province) == []


def test_a_path_that_is_watched_no_more_stands_until_somebody_has_seen_it(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    say(host, replace(chain.say(), path="/srv/x", watching="off"))
    event = replace(chain.event(NOW, "", "gap"), since=NOW, what=("unwatched",))
    end = replace(chain.say(replace(event, explained_by="configured")), path="", watching="ended")
    say(host, end, Gap("integrity", "unwatched", NOW, NOW, 1))
    say(host, scan())
    watch(province, NOW)
    assert raised(province) == [("WATCHING_GAP", "gap.unwatched")]  # no scan makes up for it
    with province.database.reading() as connection:
        (path,) = watched_paths(connection)
    assert (path.path, path.watching) == ("/srv/x", "ended")
    acknowledge(province, "lan", alerts(province)[0].alert_id)
    watch(province, NOW)
    assert raised(province) == []


def test_a_gap_is_closed_by_a_look_at_everything_after_it(
    host: SpokenHost, province: Province
) -> None:
    other = "p" + "d" * 32
    say(host, scan(), scan(other), Gap("integrity", "overflow", None, NOW, 1))
    assert raised(province) == [("WATCHING_GAP", "gap.overflow")]
    for told in ([scan()], [scan(other, gaps=1)]):
        say(host, *told)
        watch(province, NOW)
        assert raised(province) == [("WATCHING_GAP", "gap.overflow")]
    say(host, scan(other))
    watch(province, NOW)
    assert raised(province) == []


def test_a_gap_is_closed_when_the_host_says_of_each_path_that_it_has_looked(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    other = "p" + "d" * 32

    def gap(explained_by: str = "") -> FileEvent:
        event = replace(chain.event(NOW, "", "gap"), since=NOW, what=("overflow",))
        return replace(event, explained_by=explained_by)

    def told(event: FileEvent, watched: str) -> FileEvents:
        return replace(chain.say(event), watched=watched)

    lost = Gap("integrity", "overflow", None, NOW, 1)
    say(host, told(gap(), WATCHED), lost, told(gap(), other), lost)
    assert raised(province) == [("WATCHING_GAP", "gap.overflow")]
    say(host, told(gap("looked"), WATCHED))
    watch(province, NOW)
    assert raised(province) == [("WATCHING_GAP", "gap.overflow")]
    say(host, told(gap("looked"), other))
    watch(province, NOW)
    assert raised(province) == []


def test_a_gap_that_a_person_has_seen_is_over(host: SpokenHost, province: Province) -> None:
    say(host, Gap("integrity", "down", None, NOW, 1))
    acknowledge(province, "lan", alerts(province)[0].alert_id)
    watch(province, NOW)
    assert raised(province) == []


def test_events_that_do_not_go_on_are_named_until_a_person_has_seen_it(
    host: SpokenHost, province: Province
) -> None:
    chain = EventChain()
    say(host, chain.say(*(replace(e, explained_by="growth") for e in chain.events(NOW, 5))))
    older = EventChain(last=2, head="older")
    say(host, older.say(replace(older.event(NOW), explained_by="growth")))
    (alert,) = alerts(province)
    assert (alert.kind, alert.subject) == ("EVENTS_ROLLED_BACK", "NUMBERS_BACK")
    assert alert.severity == "critical"
    watch(province, NOW)
    assert len(alerts(province)) == 1
    acknowledge(province, "lan", alert.alert_id)
    watch(province, NOW)
    assert raised(province) == []


@pytest.mark.parametrize(
    ("last", "head", "found"),
    [
        (5, "", []),
        (12, "newer", []),
        (5, "other", ["LINK_DIFFERS"]),
        (2, "two", ["NUMBERS_BACK"]),
        (0, "nothing", ["NUMBERS_BACK"]),
        (None, "nothing", []),
    ],
    ids=["same", "on-its-way", "other", "back", "empty", "not-read"],
)
def test_a_heartbeat_tells_that_events_were_rolled_back(
    host: SpokenHost,
    province: Province,
    clock: Clock,
    last: int | None,
    head: str,
    found: list[str],
) -> None:
    chain = EventChain()
    say(host, chain.say(*(replace(e, explained_by="growth") for e in chain.events(NOW, 5))))
    told = {"": chain.head, "nothing": ""}.get(head, head)
    host.heartbeat(watching="fanotify", events_last=last, events_head=told)
    assert raised(province) == []  # it was made while the events were told
    clock.forward(timedelta(seconds=6))
    host.heartbeat(watching="fanotify", events_last=last, events_head=told)
    assert raised(province) == [("EVENTS_ROLLED_BACK", reason) for reason in found]


def approval(number: int, root: str, previous: str = "", watched: str = WATCHED) -> Baseline:
    before = pseudonym(previous) if previous else None
    told = Baseline(watched, Names.NONE, 1, 1, 0, pseudonym(root))
    return replace(told, number=number, previous=before)


OTHER_PATH = "p" + "d" * 32


@pytest.mark.parametrize(
    ("bodies", "found"),
    [
        ([approval(2, "b", "a", OTHER_PATH), approval(3, "c", "b")], []),
        ([approval(1, "a")], []),
        ([approval(0, "old")], []),
        ([approval(1, "x")], ["APPROVALS_BACK"]),
        ([approval(2, "b", "a"), approval(1, "a")], ["APPROVALS_BACK"]),
        ([approval(3, "c", "b")], ["APPROVALS_MISSING"]),
        ([approval(2, "b", "x", OTHER_PATH)], ["APPROVAL_DIFFERS"]),
        ([replace(scan(), baseline=pseudonym("a"))], []),
        ([replace(scan(), baseline=None)], []),
        ([replace(scan(), baseline=pseudonym("x"))] * 2, ["BASELINE_NOT_TOLD"]),
        (
            [approval(2, "b", "a"), replace(scan(), baseline=pseudonym("a"))],
            ["BASELINE_NOT_TOLD"],
        ),
    ],
    ids=map(str, range(11)),
)
def test_a_baseline_that_was_put_back_or_changed_is_named(
    host: SpokenHost, province: Province, bodies: list[Body], found: list[str]
) -> None:
    say(host, approval(1, "a"))
    say(host, *bodies)
    assert raised(province) == [("BASELINE_DIFFERS", reason) for reason in found]
    with province.database.writing() as connection:
        assert len(event_breaks(connection, "BV")) == len(found)
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before


def test_an_agent_of_old_that_says_nothing_of_events_is_not_blamed(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    chain = EventChain()
    say(host, chain.say(replace(chain.event(NOW), explained_by="growth")))
    clock.forward(timedelta(minutes=1))
    host.heartbeat()
    assert raised(province) == []
