"""Scores: computed from projections as from the whole log, and logged with their moment."""

from collections.abc import Callable
from datetime import timedelta

import msgspec

from compliance.evidence import fold
from compliance.logged import SystemKey
from compliance.score import score
from controller.fleet.province import Province
from controller.fleet.revoke import revoke_agent
from controller.fleet.score_systems import store_scores
from controller.store.catalogues import adopted_catalogues
from controller.store.queries_evidence import all_evidence, newest_evidence
from controller.store.queries_fleet import newest_scores
from controller.store.rebuild import projections_digest, rebuild
from tests.controller.speaking import Clock, SpokenHost
from tests.controller.statements import Commitment, backup, findings
from wire.messages import Gap
from wire.verdicts import CheckVerdict, DrillVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
CHECKS = {"sshd__root_login_denied": PASS, "time__synchronised": PASS, "audit__running": FAIL}


def assert_projections_say_as_much_as_the_log(province: Province) -> None:
    with province.database.reading() as connection:
        newest = fold(newest_evidence(connection, "BV"))
        whole = fold(all_evidence(connection, "BV", size=10**9))
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
        (catalogue,) = adopted_catalogues(connection)
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


def test_a_stored_score_is_computed_again_from_the_log_bit_for_bit(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    host.send(host.opening(), host.statement(findings(clock(), **CHECKS)))
    (stored,) = store_scores(province, "BV", "FS")
    clock.forward(timedelta(days=2))
    host.send(host.statement(findings(clock(), sshd__root_login_denied=UNKNOWN)))
    with province.database.reading() as connection:
        (catalogue,) = adopted_catalogues(connection)
        then = fold(all_evidence(connection, "BV", stored.log_size))
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
