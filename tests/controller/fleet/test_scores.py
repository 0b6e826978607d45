"""Scores: computed from projections as from the whole log, and logged with their moment."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from compliance.evidence import fold
from compliance.logged import SystemKey
from compliance.score import score
from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.fleet.score_systems import store_scores
from controller.library import catalogue_for
from controller.store.catalogues import adopted_catalogues
from controller.store.queries_drills import newest_drills
from controller.store.queries_evidence import all_evidence, newest_evidence
from controller.store.queries_fleet import newest_scores
from controller.store.rebuild import projections_digest, rebuild
from recovery.drill_verdict import logged_verdict
from tests.controller.speaking import Clock, SpokenHost
from tests.controller.statements import Commitment, backup, findings
from wire.messages import Drill, Gap
from wire.verdicts import Cause, CheckVerdict, DrillVerdict, Regime

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
CHECKS = {"sshd__root_login_denied": PASS, "time__synchronised": PASS, "audit__running": FAIL}


def assert_projections_say_as_much_as_the_log(province: Province) -> None:
    with province.database.reading() as connection:
        newest = fold(newest_evidence(connection, "BV"), logged_verdict)
        whole = fold(all_evidence(connection, "BV", size=10**9), logged_verdict)
    assert newest == whole


def test_a_host_that_said_nothing_earns_nothing_and_covers_nothing(
    host: SpokenHost, province: Province
) -> None:
    assert host.agent
    (scored,) = store_scores(province)
    assert scored.score is not None
    assert (scored.score.value, scored.score.coverage) == (0.0, 0.0)


def test_a_good_finding_earns_and_is_forgotten_when_it_grows_old(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    with province.database.reading() as connection:
        catalogue = catalogue_for(adopted_catalogues(connection), Regime.ND331, 3)
    assert catalogue is not None
    checks = {check.replace(".", "__"): PASS for check in catalogue.controls_of_check()}
    host.send(host.opening(), host.statement(findings(clock(), **checks)))
    (fresh,) = store_scores(province)
    clock.forward(timedelta(days=400))  # older than any row's cadence
    (old,) = store_scores(province)
    assert fresh.score is not None
    assert old.score is not None
    assert (fresh.score.value or 0) > 0
    assert fresh.score.coverage > 0
    assert (old.score.value, old.score.coverage) == (0.0, 0.0)


def test_the_newest_statements_give_the_same_evidence_as_the_whole_log(
    new_host: Callable[[], SpokenHost], province: Province, clock: Clock
) -> None:
    for _ in range(2):
        host = new_host()
        host.send(host.opening(), host.statement(findings(clock(), **CHECKS)))
        clock.forward(timedelta(minutes=7))
        quick = findings(clock(), sshd__root_login_denied=FAIL)
        by_hand = backup(clock(), timedelta(hours=8), trigger="person")
        host.send(host.statement(quick), host.statement(findings(clock())))
        host.send(host.statement(backup(clock(), timedelta(hours=8))), host.statement(by_hand))
        _drill_twice(host, clock)
        host.systems = ("FS", "HIS")
        host.send(host.statement(Gap("outbox", "test")))
        assert_projections_say_as_much_as_the_log(province)
    revoke_agent(province, "test", host.agent, "gone")
    assert_projections_say_as_much_as_the_log(province)


def _drill_twice(host: SpokenHost, clock: Clock) -> None:
    """A decisive trial restore, then one that could not look."""
    commitment = Commitment(clock())
    drill = msgspec.structs.replace(commitment.drill(clock()), drill_class="D1", answers=())
    could_not = msgspec.structs.replace(drill, verdict=DrillVerdict.INCONCLUSIVE)
    host.send(
        host.statement(commitment.manifest),
        host.statement(drill),
        host.statement(could_not),
        host.statement(commitment.drill(clock())),
    )


def _full(commitment: Commitment, at: datetime, **changes: object) -> Drill:
    drill = msgspec.structs.replace(commitment.drill(at), drill_class="D1", answers=())
    return msgspec.structs.replace(drill, **changes)


def _newer(at: datetime) -> Commitment:
    """A later commitment, to another snapshot."""
    commitment = Commitment(at, "m-2", 41)
    later = msgspec.structs.replace(commitment.manifest, snapshot="p" + "9" * 32)
    commitment.manifest = later
    return commitment


def _drills(province: Province) -> list[DrillVerdict]:
    """What the score counts of the trial restores of the only dataset."""
    with province.database.reading() as connection:
        (host,) = fold(newest_evidence(connection, "BV"), logged_verdict).hosts.values()
    return [seen.body.verdict for dataset in host.datasets.values() for seen in
            dataset.drills.values()]  # fmt: skip


def test_a_drill_of_what_nobody_committed_earns_nothing(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(_full(Commitment(clock()), clock(), files=0)))
    assert _drills(province) == []
    assert_projections_say_as_much_as_the_log(province)


def test_a_drill_of_a_snapshot_that_is_no_longer_the_newest_fails(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    old, rpo = Commitment(clock()), timedelta(hours=8)
    host.send(host.opening(), host.statement(old.manifest), host.statement(_full(old, clock())))
    assert _drills(province) == [DrillVerdict.PASSED]
    clock.forward(timedelta(hours=1))
    new = _newer(clock())
    held = backup(clock(), rpo)
    copies = tuple(
        msgspec.structs.replace(copy, snapshot=new.manifest.snapshot) for copy in held.copies
    )
    host.send(
        host.statement(new.manifest),
        host.statement(msgspec.structs.replace(held, copies=copies)),
        host.statement(_full(old, clock())),
    )
    assert _drills(province) == [DrillVerdict.FAILED]
    with province.database.reading() as connection:
        assert newest_drills(connection)[0].cause is Cause.SNAPSHOTS_VANISHED
    clock.forward(timedelta(hours=1))
    third = Commitment(clock(), "m-3", 42)
    host.send(host.statement(third.manifest), host.statement(_full(new, clock())))
    assert _drills(province) == [DrillVerdict.FAILED]  # of the third nobody said B had it
    for number in range(4, 7):  # what those drills rest on is no longer the newest of anything
        clock.forward(timedelta(hours=1))
        host.send(host.statement(Commitment(clock(), f"m-{number}", 43).manifest))
        host.send(host.statement(backup(clock(), rpo)))
        assert_projections_say_as_much_as_the_log(province)
    host.send(host.statement(_full(_newer(clock()), clock(), verdict=DrillVerdict.FAILED)))
    assert_projections_say_as_much_as_the_log(province)


def test_a_stored_score_is_computed_again_from_the_log_bit_for_bit(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(findings(clock(), **CHECKS)))
    (stored,) = store_scores(province, "BV", "FS")
    clock.forward(timedelta(days=2))
    host.send(host.statement(findings(clock(), sshd__root_login_denied=UNKNOWN)))
    with province.database.reading() as connection:
        catalogue = catalogue_for(adopted_catalogues(connection), Regime.ND331, 3)
        assert catalogue is not None
        then = fold(all_evidence(connection, "BV", stored.log_size), logged_verdict)
        assert newest_scores(connection)[0][2] == (stored.score and stored.score.value)
    again = score(catalogue, then, SystemKey("BV", "FS"), stored.judged_at)
    assert again == stored.score


def test_scores_are_rebuilt_from_the_log(host: SpokenHost, province: Province) -> None:
    assert host.agent
    for _ in range(3):
        store_scores(province)
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before
