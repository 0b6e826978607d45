"""Retention at sites of our own, with restic itself: what goes, what stays, what proves it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from agent.backup.naming import companion_tags, data_tags, listed_of
from agent.backup.protection import remember
from agent.backup.records.records import Run
from agent.backup.records.site_facts import (
    Attacked,
    Janitor,
    Keys,
    Objects,
    Retention,
    Room,
)
from agent.backup.retention.retaining import Retained, rules_of
from agent.config.keep import Keep
from agent.daemon.open_reasons import open_reasons
from agent.daemon.work.backup import retention_job
from agent.daemon.work.backup.retention_job import Wish
from agent.restic import checking, forgetting
from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from agent.sites.opening import open_site, site_named
from agent.state.lock import hold
from recovery.keep_within import kept
from recovery.retention import Plan, Stay
from recovery.retention_leave import Obstacle
from recovery.site_troubles import COUNTS_FOR
from tests.agent.retention.conftest import NOW, Facility, made_at
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Retention as Said
from wire.verdicts import Cause, Protection


def retained(facility: Facility, site: str = "a", *, dry_run: bool = False) -> Retained:
    (found,) = retention_job.run(facility.app, Wish(site, dry_run))
    return found


def plan_of(found: Retained) -> Plan:
    assert found.plan is not None
    return found.plan


def why(found: Retained) -> dict[str, Stay]:
    return {one.id: reason for one, reason in plan_of(found).stay}


def said(facility: Facility) -> list[Said]:
    bodies = [
        decode_statement("retention", peek_payload(row.raw)).body
        for row in facility.app.outbox.latest("retention", 10)
    ]
    return [body for body in bodies if isinstance(body, Said)]


def test_what_no_rule_wants_goes_with_its_companion_and_its_space(facility: Facility) -> None:
    before = facility.points("a")
    packs = set((facility.folder / "a" / "data").glob("*/*"))
    found = retained(facility)
    assert (found.cause, found.obstacles, found.freed) == (None, (), True)
    assert {before["2b"].id, before["3b"].id} <= set(found.removed)
    left = facility.points("a")
    assert left.keys() == {"0a", "0b", "1a", "1b", "2a", "3a", "4a", "4b"}
    companions = [one for one in map(listed_of, facility.listed("a")) if one.of_tree]
    assert {one.of_tree for one in companions} == {left[name].tree for name in ("0a", "1b", "4b")}
    checking.structure(facility.restic("a"))
    assert packs - set((facility.folder / "a" / "data").glob("*/*"))
    assert facility.records.damage("a") is None
    (statement,) = said(facility)
    assert (statement.action, statement.points, statement.freed) == ("removed", 3, True)
    assert before["3b"].id not in str(statement)
    assert retained(facility).removed == ()


def test_a_dry_run_says_it_all_and_changes_nothing(facility: Facility) -> None:
    before = facility.ids("a")
    found = retained(facility, dry_run=True)
    assert {one.id for one in plan_of(found).go} >= {facility.points("a")["3b"].id}
    assert (found.removed, facility.ids("a"), said(facility)) == ((), before, [])


def test_what_was_restored_or_verified_last_stays(facility: Facility) -> None:
    needed = facility.points("a")["3b"].id
    facility.records.verified("share", "a", made_at(3, "b"))
    found = retained(facility)
    assert why(found)[needed] is Stay.NEEDED
    assert needed in facility.ids("a")


def test_snapshots_that_somebody_adds_take_no_good_points_place(facility: Facility) -> None:
    """At the end of each day of the past, and many from the future."""
    retained(facility, dry_run=True)  # a look as it is every day
    facility.clock.at += timedelta(hours=1)
    good = facility.points("a")
    added = [facility.add("a", made_at(day, "a") + timedelta(hours=3)) for day in (3, 4)]
    added += [facility.add("a", NOW + timedelta(days=400 * year)) for year in (1, 2)]
    found = retained(facility)
    assert {good[name].id for name in ("0a", "1a", "2a", "3a", "4a")} <= facility.ids("a")
    assert [why(found)[one] for one in added] == [Stay.NOT_KNOWN] * 2 + [Stay.AHEAD] * 2
    assert plan_of(found).strange == 4
    assert found.removed


def test_tags_of_two_kinds_make_a_snapshot_foreign_and_stop_nothing(facility: Facility) -> None:
    odd = facility.add("a", made_at(3, "b"), *data_tags("share"), *companion_tags("x", "t", "m"))
    found = retained(facility)
    assert why(found)[odd] is Stay.NO_RULE
    assert found.removed


def test_what_vanished_before_stays_a_loss_and_stops_retention(facility: Facility) -> None:
    victim = facility.points("a")["0b"].id
    facility.restic("a").run(forget(victim))
    found = retained(facility)
    assert Obstacle.VANISHED in found.obstacles
    assert (found.removed, facility.records.damage("a")) == ((), Cause.SNAPSHOTS_VANISHED)
    (statement,) = said(facility)
    assert (statement.action, statement.obstacles) == ("refused", ("VANISHED",))
    facts = facility.records.site_facts().get("a", Retention)
    assert facts is not None
    assert facts.value.held


def forget(snapshot: str) -> Job:
    return Job(("forget", snapshot))


def test_what_vanishes_while_ours_goes_is_a_loss(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = facility.points("a")["0b"].id
    forget_ours = forgetting.forget

    def forget_more(restic: Restic, ids: Sequence[str]) -> None:
        forget_ours(restic, (*ids, victim))

    monkeypatch.setattr(forgetting, "forget", forget_more)
    found = retained(facility)
    assert found.cause is Cause.SNAPSHOTS_VANISHED
    assert facility.records.losses("a").standing() == 1


def test_what_was_decided_and_did_not_go_is_a_loss_when_it_vanishes(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(restic: Restic, _ids: Sequence[str]) -> None:
        raise ResticError(Cause.SITE_UNREACHABLE, site=restic.site, verb="forget")

    monkeypatch.setattr(forgetting, "forget", fail)
    assert retained(facility).cause is Cause.SITE_UNREACHABLE
    facility.restic("a").run(forget(facility.points("a")["3b"].id))
    assert Obstacle.VANISHED in retained(facility).obstacles


def test_what_was_decided_before_a_kill_is_a_loss_when_it_vanishes_later(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_restic: Restic, _ids: Sequence[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(forgetting, "forget", die)
    with pytest.raises(KeyboardInterrupt):
        retained(facility)
    monkeypatch.undo()
    assert facility.records.departures("a").undone()
    retained(facility, dry_run=True)  # a look at which it is still there
    facility.restic("a").run(forget(facility.points("a")["3b"].id))
    assert Obstacle.VANISHED in retained(facility).obstacles


def test_a_kill_between_the_removal_and_its_proof_is_no_loss(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_ours = forgetting.forget

    def forget_and_die(restic: Restic, ids: Sequence[str]) -> None:
        forget_ours(restic, ids)
        raise KeyboardInterrupt

    monkeypatch.setattr(forgetting, "forget", forget_and_die)
    with pytest.raises(KeyboardInterrupt):
        retained(facility)
    monkeypatch.undo()
    assert retained(facility).cause is None
    assert facility.records.damage("a") is None


def test_where_restic_disagrees_nothing_goes(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facility.ids("a")
    everything = forgetting.Judged(frozenset(), frozenset(before))
    monkeypatch.setattr(forgetting, "dry_run", lambda *_: everything)
    found = retained(facility)
    assert plan_of(found).disagreed
    assert facility.ids("a") == before


@pytest.mark.parametrize(
    "spans",
    [
        {"within_hourly": "1d", "within_daily": "3d"},
        {"within_hourly": "", "within_daily": "30d", "within_weekly": "1m"},
        {"within_hourly": "30d"},
        {"within_hourly": "", "within_daily": "1d12h", "within_weekly": "", "within_monthly": "1y"},
        {"within_yearly": "10y"},
    ],
)
def test_restic_and_we_agree(facility: Facility, spans: dict[str, str]) -> None:
    keep = Keep(**spans)
    judged = forgetting.dry_run(facility.restic("a"), data_tags("share"), keep.spans)
    listed = [one.dated for one in map(listed_of, facility.listed("a")) if one.matched_by]
    ours = [kept(listed, rules_of(keep), NOW, oldest_too=oldest) for oldest in (True, False)]
    assert judged.keep in ours
    assert judged.keep | judged.remove == {one.id for one in listed}


def hold_points(facility: Facility) -> None:
    facility.records.holds().place("uid:1001", "đang điều tra", NOW, lambda size: b"h" * size)


def spoil_source(facility: Facility) -> None:
    facility.records.add_run(Run("share", NOW, Cause.SOURCE_SHRUNK, 1, 1, ""))


def turn_clock(facility: Facility) -> None:
    facility.clock.at += timedelta(days=4 * 365)


def turn_clock_back(facility: Facility) -> None:
    facility.clock.at -= timedelta(days=2)


def lose_other_site(facility: Facility) -> None:
    newest = facility.points("b")["0a"].id
    facility.records.losses("b").points_vanished([newest], NOW)


def let_other_site_grow_stale(facility: Facility) -> None:
    facility.records.verified("share", "b", NOW - timedelta(days=31))


def let_stranger_in(facility: Facility) -> None:
    facility.records.site_facts().put("b", Keys(1), NOW)


def leave_objects(facility: Facility) -> None:
    facility.records.site_facts().put("b", Objects(3), NOW)


def warn(*signs: str) -> Callable[[Facility], None]:
    def put(facility: Facility) -> None:
        facility.records.site_facts().put("b", Janitor(NOW, 9, "head", signs), NOW)

    return put


def hear_no_janitor_any_more(facility: Facility) -> None:
    facility.records.site_facts().put("b", Janitor(NOW, 9, "head"), NOW - COUNTS_FOR * 2)


def attacked(facility: Facility, *found: Protection) -> None:
    door = open_site(site_named("b", facility.app.config.sites), facility.app.home)
    for protection in found:
        succeeded = ("delete_snapshot",) if protection is Protection.NONE else ()
        fact = Attacked(door.place, protection, succeeded)
        remember(facility.records.site_facts(), door, fact, NOW)


def lose_protection(facility: Facility) -> None:
    attacked(facility, Protection.PROVED, Protection.NONE, Protection.NONE)


@pytest.mark.parametrize(
    "nothing",
    [
        warn(),
        warn("SNAPSHOTS_MANY"),  # one backup after another is no manipulation
        lambda one: one.records.site_facts().put("b", Objects(0), NOW),
        lambda one: attacked(one, Protection.NONE),  # a folder of ours protects nothing
        lambda one: attacked(one, Protection.PROVED, Protection.NONE, Protection.PROVED),
    ],
    ids=["no sign", "many points", "no object", "never proved", "proved again"],
)
def test_what_is_as_it_should_be_is_no_reason(
    facility: Facility, nothing: Callable[[Facility], None]
) -> None:
    nothing(facility)
    facility.records.arrivals("a").see({}, facility.clock.now())
    assert open_reasons(facility.app, facility.records, "a") == ()


@pytest.mark.parametrize(
    ("trouble", "obstacle"),
    [
        (leave_objects, Obstacle.ROGUE_OBJECTS),
        pytest.param(warn("LEDGER_LOST"), Obstacle.JANITOR_WARNS, id="LEDGER_LOST"),
        pytest.param(warn("SNAPSHOTS_GONE"), Obstacle.JANITOR_WARNS, id="SNAPSHOTS_GONE"),
        pytest.param(warn("KEYS_ADDED"), Obstacle.JANITOR_WARNS, id="KEYS_ADDED"),
        pytest.param(warn("CONFIG_BAD"), Obstacle.JANITOR_WARNS, id="CONFIG_BAD"),
        pytest.param(warn("JANITOR_SILENT"), Obstacle.JANITOR_WARNS, id="JANITOR_SILENT"),
        (hear_no_janitor_any_more, Obstacle.JANITOR_WARNS),
        (lose_protection, Obstacle.PROTECTION_LOST),
        (hold_points, Obstacle.HELD),
        (spoil_source, Obstacle.SOURCE),
        (turn_clock, Obstacle.CLOCK),
        (turn_clock_back, Obstacle.CLOCK),
        (lose_other_site, Obstacle.OTHER_SITE_BEHIND),
        (lose_other_site, Obstacle.VANISHED),
        (let_other_site_grow_stale, Obstacle.OTHER_SITE_UNVERIFIED),
        (let_stranger_in, Obstacle.UNKNOWN_KEY),
        (lambda one: one.records.damaged("b", Cause.REPOSITORY_DAMAGED, NOW), Obstacle.DAMAGED),
    ],
)
def test_what_stands_open_is_a_reason(
    facility: Facility, trouble: Callable[[Facility], None], obstacle: Obstacle
) -> None:
    facility.records.arrivals("a").see({}, facility.clock.now())
    assert open_reasons(facility.app, facility.records, "a") == ()
    trouble(facility)
    facility.records.arrivals("a").see({}, facility.clock.now())
    assert obstacle in open_reasons(facility.app, facility.records, "a")


def test_while_something_stands_open_nothing_goes(facility: Facility) -> None:
    before = facility.ids("a")
    spoil_source(facility)
    found = retained(facility)
    assert found.obstacles == (Obstacle.SOURCE,)
    assert plan_of(found).go
    assert facility.ids("a") == before


def test_during_a_drill_nothing_goes(facility: Facility) -> None:
    with hold(facility.app.home, "drill"):
        assert retained(facility).obstacles == (Obstacle.DRILL_RUNS,)


def test_two_people_may_make_room_once_although_points_are_held(facility: Facility) -> None:
    hold_points(facility)
    holds = facility.records.holds()
    assert holds.wish("a", "uid:1001", NOW) == ()
    assert holds.wish("a", "uid:1001", NOW) == ()
    assert Obstacle.HELD in retained(facility).obstacles
    assert holds.wish("a", "uid:1002", NOW) == ("uid:1001", "uid:1002")
    assert retained(facility).removed
    assert Obstacle.HELD in retained(facility).obstacles
    assert Obstacle.HELD in retained(facility, "b").obstacles


def test_a_site_that_is_not_there_is_told(facility: Facility) -> None:
    (facility.folder / "a").rename(facility.folder / "away")
    found = retained(facility)
    assert found.cause is Cause.NO_REPOSITORY
    (facility.folder / "away").rename(facility.folder / "a")


def test_a_lock_of_another_host_keeps_space_from_being_freed_for_a_day(facility: Facility) -> None:
    arrivals = facility.records.arrivals("a")
    arrivals.foreign_lock_seen(NOW - timedelta(hours=23))
    assert not retained(facility).freed
    facility.clock.at += timedelta(hours=2)
    assert retained(facility).freed


def test_on_a_full_disk_nothing_is_written_anew(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    repacked: list[int] = []
    monkeypatch.setattr(forgetting, "prune", lambda _restic, most: repacked.append(most))
    facility.records.site_facts().put("a", Room(None, 0, 0), NOW)
    assert retained(facility).freed
    assert repacked == [0]
