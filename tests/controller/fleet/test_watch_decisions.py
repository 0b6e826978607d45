"""What people decided ends by the controller's own clock: reminders, alerts, and the score."""

from datetime import timedelta

import pytest

from compliance.score import ControlJudgement
from controller.fleet.alerts import acknowledge
from controller.fleet.decide_exception import approve_exception
from controller.fleet.end_exception import end_exception
from controller.fleet.province import Province
from controller.fleet.record_attestation import record_attestation
from controller.fleet.request_exception import request_exception
from controller.fleet.score_systems import scores_of, store_scores
from controller.fleet.watch import watch
from controller.fleet.watch_decisions import score_what_changed
from controller.fleet.withdraw_attestation import withdraw_attestation
from controller.store.queries_alerts import open_alerts
from controller.store.queries_fleet import StoredScore, newest_scores
from controller.store.rebuild import projections_digest, rebuild
from controller.web.pages.alert_words import alert_place
from tests.controller.deciding import ADMIN, DOCUMENT_ROW, LOCAL, attestation, waiver
from tests.controller.speaking import NOW, Clock
from wire.verdicts import ControlState, ExceptionKind

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OTHER_ROW = "l3.risk.02"  # a document decides it too


def kinds(province: Province) -> list[tuple[str, str]]:
    with province.database.reading() as connection:
        return sorted((alert.kind, alert.subject) for alert in open_alerts(connection))


def stored(province: Province) -> StoredScore:
    with province.database.reading() as connection:
        (row,) = newest_scores(connection)
    return row


def judged(province: Province, clock: Clock, control: str = DOCUMENT_ROW) -> ControlJudgement:
    with province.database.reading() as connection:
        (found,) = scores_of(connection, "BV", clock())
    assert found.score is not None
    return next(each for each in found.score.controls if each.control_id == control)


def test_a_document_is_asked_for_again_thirty_and_seven_days_before_it_ends_and_after(
    province: Province, clock: Clock
) -> None:
    record_attestation(province, LOCAL, attestation(clock(), valid_until=clock() + 40 * DAY))
    watch(province, NOW)
    assert kinds(province) == []
    clock.forward(10 * DAY)
    watch(province, NOW)
    assert kinds(province) == [("ATTESTATION_DUE", "attest-1.30d")]
    assert watch(province, NOW) == 0
    clock.forward(23 * DAY)
    watch(province, NOW)
    assert kinds(province) == [("ATTESTATION_DUE", "attest-1.7d")]
    clock.forward(7 * DAY)
    watch(province, NOW)
    assert kinds(province) == [("ATTESTATION_EXPIRED", "attest-1")]
    withdraw_attestation(province, LOCAL, "attest-1", "đã thay")
    watch(province, NOW)
    assert kinds(province) == []


@pytest.mark.parametrize("system", ["FS", ""])
def test_a_later_document_for_all_its_rows_takes_the_reminder_away(
    province: Province, clock: Clock, system: str
) -> None:
    both = (DOCUMENT_ROW, OTHER_ROW)
    soon = attestation(clock(), valid_until=clock() + 5 * DAY, controls=both)
    record_attestation(province, LOCAL, soon)
    half = attestation(clock(), attestation_id="attest-2", system=system)
    record_attestation(province, LOCAL, half)
    watch(province, NOW)
    assert kinds(province) == [("ATTESTATION_DUE", "attest-1.7d")]
    rest = attestation(
        clock(), attestation_id="attest-3", controls=(OTHER_ROW,), valid_from=clock() + 4 * DAY
    )
    record_attestation(province, LOCAL, rest)
    watch(province, NOW)
    assert kinds(province) == []
    clock.forward(6 * DAY)
    watch(province, NOW)
    assert kinds(province) == []


def test_a_document_older_than_its_row_asks_for_has_ended_for_it(
    province: Province, clock: Clock
) -> None:
    """The standard wants this row looked at again every year; the paper says two."""
    record_attestation(province, LOCAL, attestation(clock(), valid_until=clock() + 700 * DAY))
    clock.forward(345 * DAY)
    watch(province, NOW)
    assert kinds(province) == [("ATTESTATION_DUE", "attest-1.30d")]
    assert judged(province, clock).state is ControlState.MET
    clock.forward(30 * DAY)
    watch(province, NOW)
    assert kinds(province) == [("ATTESTATION_EXPIRED", "attest-1")]
    assert judged(province, clock).state is ControlState.UNKNOWN


def test_a_document_makes_its_row_met_until_it_ends_or_is_withdrawn(
    province: Province, clock: Clock
) -> None:
    assert judged(province, clock).state is ControlState.UNKNOWN
    record_attestation(province, LOCAL, attestation(clock(), valid_until=clock() + DAY))
    assert judged(province, clock).state is ControlState.MET
    clock.forward(DAY)
    assert judged(province, clock).state is ControlState.UNKNOWN


def test_an_expired_waiver_fails_again_within_a_minute_in_the_stored_score_too(
    province: Province, clock: Clock
) -> None:
    request_exception(province, LOCAL, waiver(clock(), expires_at=clock() + DAY))
    watch(province, NOW)
    assert kinds(province) == [("EXCEPTION_WAITING", "exception-1")]
    approve_exception(province, ADMIN, "exception-1", "được")
    store_scores(province)
    assert judged(province, clock).waived
    before = stored(province)
    assert (before.score, before.raw) == (0.0, 0.0)
    clock.forward(DAY - MINUTE)
    watch(province, NOW)
    assert kinds(province) == [("EXCEPTION_DUE", "exception-1")]
    assert score_what_changed(province) == 1  # approved at the moment it was scored
    assert score_what_changed(province) == 0
    clock.forward(2 * MINUTE)
    assert not judged(province, clock).waived
    assert score_what_changed(province) == 1
    assert stored(province).judged_at == clock()
    watch(province, NOW)
    assert kinds(province) == [("WAIVER_EXPIRED", "exception-1")]
    clock.forward(MINUTE)
    assert (watch(province, NOW), score_what_changed(province)) == (0, 0)


def test_an_alert_leads_to_what_it_is_about(province: Province, clock: Clock) -> None:
    record_attestation(province, LOCAL, attestation(clock(), valid_until=clock() + DAY))
    request_exception(province, LOCAL, waiver(clock()))
    watch(province, NOW)
    with province.database.reading() as connection:
        places = {alert_place(alert) for alert in open_alerts(connection)}
    assert places == {"/attestations/attest-1", "/exceptions/exception-1"}


def test_who_has_seen_that_a_waiver_expired_is_not_told_again(
    province: Province, clock: Clock
) -> None:
    request_exception(province, LOCAL, waiver(clock(), expires_at=clock() + DAY))
    approve_exception(province, ADMIN, "exception-1", "được")
    clock.forward(DAY)
    watch(province, NOW)
    with province.database.reading() as connection:
        (alert,) = open_alerts(connection)
    acknowledge(province, "an", alert.alert_id)
    watch(province, NOW)
    watch(province, NOW)
    assert kinds(province) == []


def test_a_renewed_waiver_goes_on_without_an_alert(province: Province, clock: Clock) -> None:
    request_exception(province, LOCAL, waiver(clock(), expires_at=clock() + DAY))
    approve_exception(province, ADMIN, "exception-1", "được")
    request_exception(province, LOCAL, waiver(clock(), exception_id="exception-2"))
    approve_exception(province, ADMIN, "exception-2", "gia hạn")
    clock.forward(2 * DAY)
    watch(province, NOW)
    assert kinds(province) == []
    assert judged(province, clock).waived
    end_exception(province, LOCAL, "exception-2", "đã sửa xong")
    assert not judged(province, clock).waived
    watch(province, NOW)
    assert kinds(province) == []


def test_a_row_that_two_people_declare_not_to_apply_leaves_the_score_for_a_time(
    province: Province, clock: Clock
) -> None:
    asked = waiver(
        clock(),
        kind=ExceptionKind.NOT_APPLICABLE,
        reason="NO_WIRELESS",
        expires_at=clock() + DAY,
    )
    request_exception(province, LOCAL, asked)
    assert judged(province, clock).state is ControlState.UNKNOWN
    approve_exception(province, ADMIN, "exception-1", "đúng")
    clock.forward(MINUTE)
    found = judged(province, clock)
    assert (found.state, found.declared) == (ControlState.NOT_APPLICABLE, True)
    store_scores(province)
    assert (stored(province).declared or 0) > 0
    clock.forward(DAY)
    assert judged(province, clock).state is ControlState.UNKNOWN
    assert score_what_changed(province) == 1
    assert stored(province).declared == 0.0


def test_every_change_of_a_document_is_scored_at_once(province: Province, clock: Clock) -> None:
    store_scores(province)
    clock.forward(MINUTE)
    later = attestation(clock(), valid_from=clock() + DAY, valid_until=clock() + 2 * DAY, system="")
    record_attestation(province, LOCAL, later)
    assert score_what_changed(province) == 1
    clock.forward(DAY)
    assert (stored(province).score, score_what_changed(province)) == (0.0, 1)
    assert (stored(province).score or 0) > 0
    clock.forward(DAY)
    assert (score_what_changed(province), stored(province).score) == (1, 0.0)
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before
