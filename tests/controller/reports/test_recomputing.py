"""Whatever people and hosts log, in whatever order: projections, log and verifier agree."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from compliance.evidence import fold
from compliance.logged import SystemKey
from compliance.score import score
from controller.cli.export import write_pack_file
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.fleet.score_systems import SystemScore, store_scores
from controller.store.queries_evidence import all_evidence
from recovery.drill_verdict import logged_verdict
from tests.controller.speaking import Clock, SpokenHost
from tests.controller.statements import findings
from verify.anchor import read_anchor
from verify.verdict import verify_pack
from wire import acts
from wire.keys import fingerprint
from wire.verdicts import CheckVerdict, ExceptionKind, PackVerdict

PEOPLE = ("an", "binh", "chi", "AN", "controller")
ROWS = ("l3.risk.01", "l3.accounts-access.01", "l3.network.01")
CHECKS = ("sshd__root_login_denied", "time__synchronised", "audit__running")
STEPS = 40
Random = random.Random


def _document(order: Random, now: datetime) -> acts.Act:
    start = now + timedelta(days=order.randint(-9, 2))
    until = now + timedelta(days=order.randint(-2, 9))
    words = ("Quy trình", "d" * 64, start, until, order.choice(("", "FS", "X")))
    return acts.AttestationRecorded(order.choice("12"), "BV", (order.choice(ROWS),), *words)


def _withdrawal(order: Random, now: datetime) -> acts.Act:
    del now
    return acts.AttestationWithdrawn(order.choice("12"), "BV", "replaced")


def _request(order: Random, now: datetime) -> acts.Act:
    return acts.ExceptionRequested(
        exception_id=order.choice("abcd"),
        kind=order.choice(list(ExceptionKind)),
        facility="BV",
        system="FS",
        control=order.choice(ROWS),
        text="why",
        measure="meanwhile",
        expires_at=now + timedelta(days=order.randint(-2, 20)),
        reason=order.choice(("", "NO_WIRELESS")),
    )


def _decision(order: Random, now: datetime) -> acts.Act:
    del now
    return acts.ExceptionDecided(order.choice("abcd"), "BV", order.random() > 0.2, "so")


def _ending(order: Random, now: datetime) -> acts.Act:
    del now
    return acts.ExceptionEnded(order.choice("abcd"), "BV", "mended")


MAKERS: tuple[Callable[[Random, datetime], acts.Act], ...] = (
    *(_document, _withdrawal, _request, _request, _request),
    *(_decision, _decision, _decision, _decision, _ending),
)


def _step(order: Random, province: Province, host: SpokenHost, clock: Clock) -> None:
    clock.forward(timedelta(hours=order.randint(1, 30)))
    if order.random() < 0.3:
        told = {check: order.choice(list(CheckVerdict)) for check in CHECKS}
        assert host.send(host.statement(findings(clock(), **told))).status_code == 200
        return
    made = order.choice(MAKERS)(order, clock())
    with province.database.writing() as connection:
        log_acts(province, connection, order.choice(PEOPLE), [made], clock())


def _waive(province: Province, clock: Clock) -> None:
    """What two people agreed on, before anything else is said."""
    words = (ExceptionKind.WAIVER, "BV", "FS", ROWS[0], "why", "meanwhile")
    asked = acts.ExceptionRequested("w", *words, clock() + timedelta(days=9))
    with province.database.writing() as connection:
        log_acts(province, connection, "an", [asked], clock())
        yes = acts.ExceptionDecided("w", "BV", approved=True, text="so")
        log_acts(province, connection, "binh", [yes], clock())


@pytest.mark.parametrize("seed", range(4))
def test_every_stored_score_is_the_one_that_the_whole_log_gives(
    seed: int, province: Province, host: SpokenHost, clock: Clock, tmp_path: Path
) -> None:
    order, stored = Random(seed), list[SystemScore]()
    host.send(host.opening())
    _waive(province, clock)
    for _ in range(STEPS):
        _step(order, province, host, clock)
        stored += store_scores(province)
    with province.database.reading() as connection:
        for each in stored:
            assert each.catalogue is not None
            then = fold(all_evidence(connection, "BV", each.log_size), logged_verdict)
            again = score(each.catalogue, then, SystemKey("BV", "FS"), each.judged_at)
            assert msgspec.json.encode(again) == msgspec.json.encode(each.score)
    write_pack_file(province, "BV", tmp_path / "BV.lachan", "an")
    anchor = read_anchor(fingerprint(province.keys.log.public))
    report = verify_pack(tmp_path / "BV.lachan", anchor)
    assert report.findings.faults == []
    assert (report.verdict, report.checked.scores) == (PackVerdict.VERIFIED, STEPS)
    assert any(found.waived for each in stored if each.score for found in each.score.controls)
