"""What an agent may say: only in its own name, for its own facility, of its own systems."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.create_token import create_token
from controller.fleet.province import Province
from controller.fleet.score_systems import scores_of
from controller.library import catalogue_for, shelves
from controller.store.entries import stored_entries
from controller.store.queries_alerts import open_alerts
from controller.store.queries_current import current_statements
from tests.controller import statements
from tests.controller.speaking import Clock, SpokenHost
from wire.acts import SystemAdded
from wire.envelope import seal
from wire.keys import SigningKey
from wire.messages import Findings, Gap
from wire.verdicts import CheckVerdict, Regime

NewHost = Callable[[], SpokenHost]


@pytest.fixture
def foreign(host: SpokenHost, province: Province, clock: Clock) -> SpokenHost:
    """An agent of another facility; BV, with `host`, is the victim."""
    add_facility(province, "test", "YB", "Bệnh viện kia")
    add_system(province, "test", SystemAdded("YB", "FS", "Tệp", Regime.ND331, 3, 86_400.0))
    token = create_token(province, "test", "YB", ("FS",), timedelta(hours=1))
    return SpokenHost(host.client, clock).enrol(token.line)


def all_is_well(at: datetime) -> Findings:
    """Every check that a row of this level asks for passed."""
    catalogue = catalogue_for([shelf.catalogue for shelf in shelves()], Regime.ND331, 3)
    assert catalogue is not None
    checks = (check.replace(".", "__") for check in catalogue.controls_of_check())
    return statements.findings(at, **dict.fromkeys(checks, CheckVerdict.PASS))


def refusals(host: SpokenHost, *lines: bytes) -> list[str]:
    return [line["code"] for line in host.send(*lines).json()["refused"]]


def said_of(province: Province, facility: str) -> int:
    with province.database.reading() as connection:
        return sum(1 for row in stored_entries(connection) if row.facility == facility)


def earned(province: Province, facility: str, system: str) -> tuple[float | None, float]:
    with province.database.reading() as connection:
        for each in scores_of(connection, facility, province.now()):
            if each.system.code == system and each.score is not None:
                return each.score.value, each.score.coverage
    raise AssertionError(system)


def test_nobody_speaks_for_another_facility(
    foreign: SpokenHost, host: SpokenHost, province: Province
) -> None:
    before = said_of(province, "BV")
    foreign.facility = "BV"
    assert refusals(foreign, foreign.opening()) == ["NOT_ITS_FACILITY"]
    assert foreign.heartbeat().status_code == 400
    foreign.agent, own = host.agent, foreign.agent
    line = foreign.opening()
    foreign.agent = own
    assert refusals(foreign, line) == ["NOT_ITS_FACILITY"]
    assert said_of(province, "BV") == before


def test_a_statement_that_another_agent_signed_is_not_ours_to_bring(
    foreign: SpokenHost, host: SpokenHost, province: Province
) -> None:
    """A captured envelope is no use to another sender."""
    captured = host.opening()
    before = said_of(province, "BV")
    assert refusals(foreign, captured) == ["BAD_SIGNATURE"]
    assert said_of(province, "BV") == before


def test_naming_a_system_that_one_does_not_serve_earns_it_nothing(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    """The second system has no agent. The header of the first one's agent claims it."""
    add_system(province, "test", SystemAdded("BV", "HIS", "HIS", Regime.ND331, 3, 86_400.0))
    before = earned(province, "BV", "HIS")
    host.systems = ("FS", "HIS")
    good = all_is_well(clock())
    backup = statements.backup(clock(), timedelta(hours=8))
    assert refusals(host, host.opening(), host.statement(good), host.statement(backup)) == []
    assert earned(province, "BV", "FS") > before
    assert earned(province, "BV", "HIS") == before


def test_what_one_facility_says_changes_nothing_at_another(
    foreign: SpokenHost, host: SpokenHost, province: Province, clock: Clock
) -> None:
    """The same system code, the same dataset pseudonym, another facility."""
    host.send(host.opening(), host.statement(statements.backup(clock(), timedelta(hours=8))))
    before = earned(province, "BV", "FS")
    good = all_is_well(clock())
    backup = statements.backup(clock() - timedelta(days=3), timedelta(hours=8))
    foreign.send(foreign.opening(), foreign.statement(good), foreign.statement(backup))
    assert earned(province, "BV", "FS") == before
    with province.database.reading() as connection:
        (own,) = current_statements(connection, "backup", "BV")
    assert own.agent == host.agent


@pytest.mark.parametrize("kind", ["act", "order", "assignment", "enrolment_answer", "heartbeat"])
def test_an_agent_signs_no_acts_and_no_orders(
    host: SpokenHost, province: Province, kind: str
) -> None:
    before = said_of(province, "BV"), said_of(province, "")
    assert refusals(host, seal(kind, b'{"by":"admin"}', host.key)) == ["BAD_BYTES"]
    assert (said_of(province, "BV"), said_of(province, "")) == before


def test_a_code_with_markup_in_it_is_no_code(host: SpokenHost, province: Province) -> None:
    """Subjects of alerts are codes: what could become script on a page is not taken."""
    opening = host.opening()
    raw = host.statement(Gap("subject", "reason"))
    payload = raw.replace(b"subject", b"<script>")
    evil = seal("gap", payload, host.key)
    assert refusals(host, opening, evil) == ["BAD_BYTES"]
    with province.database.reading() as connection:
        assert open_alerts(connection) == []


def test_two_payloads_in_one_envelope_are_refused(host: SpokenHost) -> None:
    """What is verified must be what is read: nothing may stand there twice."""
    honest = host.opening()
    other = seal("gap", b'{"v":1}', SigningKey(b"\x03" * 32))
    payload = other[: other.index(b",")].removeprefix(b"{")
    twice = b"{" + payload + b"," + honest[1:]
    assert refusals(host, twice) == ["BAD_BYTES"]
    behind = honest[:-1] + b"," + payload + b"}"
    assert refusals(host, behind) == ["BAD_BYTES"]
    hidden = b"{" + payload.replace(b"payload", b"p\\u0061yload") + b"," + honest[1:]
    assert refusals(host, hidden) == ["BAD_BYTES"]
    assert refusals(host, honest) == []


def test_evidence_of_the_future_does_not_stay_fresh_for_ever(
    host: SpokenHost, province: Province, clock: Clock
) -> None:
    """A host that dates its findings next year earns no longer for it."""
    later = clock() + timedelta(days=365)
    good = all_is_well(later)
    host.send(host.opening(), host.statement(good, later))
    assert earned(province, "BV", "FS")[1] > 0
    clock.forward(timedelta(days=367))  # longer than any row's interval: dated, it would be 2 days
    assert earned(province, "BV", "FS") == (0.0, 0.0)
