"""Folding the log: the newest counts, acts decide who speaks, times are the cautious ones."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.evidence import Folding
from compliance.logged import LoggedAct, LoggedStatement, SystemKey
from recovery.drill_verdict import logged_verdict
from tests.compliance.logbook import NOW, findings, fold, said
from wire.acts import Act, AgentEnrolled, AgentRevoked, Assigned, FacilityAdded
from wire.messages import Configuration, Gap, Inventory, SiteEvidence
from wire.orders import AssignedSystem
from wire.verdicts import CheckVerdict, Regime, Separation

PASS, FAIL = CheckVerdict.PASS, CheckVerdict.FAIL
HOUR = timedelta(hours=1)


def act(position: int, body: Act) -> LoggedAct:
    return LoggedAct(position, NOW, body)


def enrolled(position: int, *systems: str, host: str = "h") -> LoggedAct:
    key = "a" * 43 + "="
    return act(position, AgentEnrolled("ag1", "F1", host, systems, key, "t1"))


def assigned(position: int, *systems: str) -> LoggedAct:
    listed = tuple(AssignedSystem(code, Regime.ND331, 3, 60.0) for code in systems)
    return act(position, Assigned("ag1", "F1", position, listed))


def test_a_later_position_replaces_an_earlier_one_in_any_order() -> None:
    old, new = said(1, findings({"c": FAIL})), said(2, findings({"c": PASS}))
    for entries in ([old, new], [new, old]):
        seen = fold(entries).hosts["ag1"].checks["c"]
        assert (seen.position, seen.body.verdict) == (2, PASS)


def test_a_check_that_is_no_longer_told_keeps_its_last_finding() -> None:
    host = fold([said(1, findings({"c": PASS})), said(2, findings({"d": PASS}))]).hosts["ag1"]
    assert {check: seen.position for check, seen in host.checks.items()} == {"c": 1, "d": 2}
    assert host.findings is not None
    assert host.findings.position == 2


def test_the_newest_of_every_kind_is_kept() -> None:
    inventory = Inventory("debian", "12", "6.1", "0.1", "0.14.0", 2, 1024)
    configuration = Configuration("p" + "0" * 32, {}, {}, 1, 1, (), ())
    sites = SiteEvidence(Separation.SEPARATE, (), NOW)
    gap = Gap("outbox", "x")
    entries = [said(0, inventory), said(1, configuration), said(2, sites), said(3, gap)]
    host = fold(entries).hosts["ag1"]
    assert host.inventory is not None
    assert host.configuration is not None
    assert host.sites is not None
    assert host.inventory.body == inventory
    assert host.configuration.body == configuration
    assert host.sites.body == sites


def test_enrolment_makes_a_host_known_before_it_says_anything() -> None:
    (host,) = fold([enrolled(0, "S1", host="fs-01")]).hosts_of(SystemKey("F1", "S1"))
    assert (host.host, host.facility, host.checks) == ("fs-01", "F1", {})


def test_a_newer_enrolment_replaces_an_older_one() -> None:
    for entries in ([enrolled(0, "S1"), enrolled(5, "S2")], [enrolled(5, "S2"), enrolled(0, "S1")]):
        assert fold(entries).hosts["ag1"].systems == {"S2"}


def test_an_assignment_says_whom_the_host_serves_from_then_on() -> None:
    later: list[LoggedStatement | LoggedAct] = [
        enrolled(0, "S1"),
        assigned(9, "S3"),
        assigned(4, "S2"),
        said(10, findings({})),
    ]
    assert fold(later).hosts["ag1"].systems == {"S3"}


def test_the_header_counts_where_no_act_names_a_system() -> None:
    statement = said(3, findings({}), systems=("S7",))
    assert fold([enrolled(0), statement]).hosts["ag1"].systems == {"S7"}
    older = said(1, findings({}), systems=("S6",))
    assert fold([statement, older]).hosts["ag1"].systems == {"S7"}
    assert fold([enrolled(0)]).hosts["ag1"].systems == frozenset()


def test_a_revoked_agent_speaks_for_nobody() -> None:
    statement = said(1, findings({"c": PASS}))
    revoked = act(2, AgentRevoked("ag1", "F1", "stolen"))
    entries: list[LoggedStatement | LoggedAct] = [enrolled(0, "S1"), statement, revoked]
    assert fold(entries).hosts == fold(entries[::-1]).hosts == {}


def test_other_acts_and_an_assignment_to_nobody_change_nothing() -> None:
    assert fold([act(0, FacilityAdded("F1", "Hospital")), assigned(1, "S1")]).hosts == {}


def test_a_folding_can_be_looked_at_on_its_way() -> None:
    folding = Folding(logged_verdict)
    folding.add(said(0, findings({"c": FAIL})))
    assert folding.evidence().hosts["ag1"].checks["c"].body.verdict is FAIL
    folding.add(said(1, findings({"c": PASS})))
    assert folding.evidence().hosts["ag1"].checks["c"].body.verdict is PASS


@pytest.mark.parametrize(
    ("age", "offset_s", "received", "expected"),
    [
        (HOUR, 0.0, NOW, NOW - HOUR),
        (HOUR, 1800.0, NOW, NOW - HOUR / 2),  # the host's clock is half an hour behind
        (-HOUR, 0.0, NOW, NOW),  # dated in the future: when it arrived
        (HOUR, 1e12, NOW, NOW - HOUR),  # no clock is off by centuries
        (HOUR, 9e9, NOW, NOW),
    ],
)
def test_a_moment_is_corrected_but_never_later_than_it_was_received(
    age: timedelta, offset_s: float, received: datetime, expected: datetime
) -> None:
    entry = said(0, findings({"c": PASS}, age), offset_s=offset_s, received_at=received)
    assert fold([entry]).hosts["ag1"].checks["c"].moment == expected


def test_evidence_from_the_end_of_time_does_not_break_the_fold() -> None:
    far = datetime.max.replace(tzinfo=UTC)
    entry = said(0, findings({"c": PASS}), made_at=far, offset_s=60.0)
    seen = fold([entry]).hosts["ag1"].findings
    assert seen is not None
    assert seen.moment == NOW
