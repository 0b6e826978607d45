"""What people vouch for and accept: who may, what is refused, and that nobody decides alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from controller.errors import (
    AlreadyThereError,
    NotAllowedError,
    NotOpenError,
    SamePersonError,
    UnknownThingError,
    WrongValueError,
)
from controller.fleet.act import log_acts
from controller.fleet.add_facility import add_facility
from controller.fleet.decide_exception import approve_exception, refuse_exception
from controller.fleet.end_exception import end_exception
from controller.fleet.province import Province
from controller.fleet.record_attestation import LONGEST as LONGEST_ATTESTATION
from controller.fleet.record_attestation import record_attestation
from controller.fleet.request_exception import LONGEST, kind_named, request_exception
from controller.fleet.withdraw_attestation import withdraw_attestation
from controller.store.logins import Person
from controller.store.queries_decisions import Standing
from controller.store.rebuild import projections_digest, rebuild
from controller.store.tables.log import LOG_ENTRY
from tests.controller import deciding
from tests.controller.deciding import (
    ADMIN,
    ANALYST,
    CHECKED_ROW,
    INSPECTOR,
    LOCAL,
    LOCAL_ADMIN,
    OTHER_ADMIN,
    STRANGER,
    attestation,
    stored_attestation,
    stored_exception,
    waiver,
)
from tests.controller.fleet.test_scores import assert_projections_say_as_much_as_the_log
from tests.controller.speaking import Clock
from wire.acts import ExceptionDecided
from wire.verdicts import ExceptionKind

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def entries(province: Province) -> int:
    with province.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(LOG_ENTRY)).scalar_one()


@pytest.mark.parametrize("by", [ADMIN, LOCAL], ids=lambda person: person.code)
def test_an_attestation_lives_until_its_day_and_no_longer(
    province: Province, clock: Clock, by: Person
) -> None:
    record_attestation(province, by, attestation(clock(), valid_until=clock() + DAY))
    found = stored_attestation(province)
    assert (found.recorded_by, found.controls) == (by.code, (deciding.DOCUMENT_ROW,))
    assert found.standing(clock() - 2 * DAY) is Standing.NOT_YET
    assert found.standing(clock() + DAY - SECOND) is Standing.IN_FORCE
    assert found.standing(clock() + DAY) is Standing.EXPIRED
    withdraw_attestation(province, by, "attest-1", "thay bằng bản mới")
    assert stored_attestation(province).standing(clock()) is Standing.ENDED
    with pytest.raises(NotOpenError):
        withdraw_attestation(province, by, "attest-1", "lần nữa")


@pytest.mark.parametrize("by", [ANALYST, INSPECTOR, STRANGER, LOCAL_ADMIN], ids=lambda p: p.code)
def test_who_may_not_vouch_is_refused(province: Province, clock: Clock, by: Person) -> None:
    before = entries(province)
    with pytest.raises(NotAllowedError):
        record_attestation(province, by, attestation(clock()))
    assert entries(province) == before
    record_attestation(province, LOCAL, attestation(clock()))
    with pytest.raises(NotAllowedError):
        withdraw_attestation(province, by, "attest-1", "x")
    assert entries(province) == before + 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"system": "NONE"}, UnknownThingError),
        ({"facility": "B2", "system": "FS"}, UnknownThingError),
        ({"controls": ("l3.none.01",)}, UnknownThingError),
        ({"controls": ("l5.risk.01",)}, UnknownThingError),
        ({"controls": ()}, WrongValueError),
        ({"controls": tuple(f"l3.risk.{n:02}" for n in range(400))}, WrongValueError),
        ({"document": " \n "}, WrongValueError),
        ({"document": "x" * 301}, WrongValueError),
        ({"document": "a\x00b"}, WrongValueError),
        ({"document": "a\ud800b"}, WrongValueError),
    ],
)
def test_an_attestation_of_what_is_not_there_is_refused(
    province: Province, clock: Clock, changes: dict[str, object], error: type[Exception]
) -> None:
    before = entries(province)
    with pytest.raises(error):
        record_attestation(province, ADMIN, attestation(clock(), **changes))
    assert entries(province) == before


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (-2 * DAY, -DAY),
        (timedelta(0), timedelta(0)),
        (DAY, timedelta(0)),
        (-DAY, LONGEST_ATTESTATION + SECOND),
        (-DAY, 3650 * DAY),
    ],
)
def test_an_attestation_ends_in_time(
    province: Province, clock: Clock, start: timedelta, end: timedelta
) -> None:
    wrong = attestation(clock(), valid_from=clock() + start, valid_until=clock() + end)
    with pytest.raises(WrongValueError):
        record_attestation(province, ADMIN, wrong)


def test_a_form_counts_once(province: Province, clock: Clock) -> None:
    record_attestation(province, ADMIN, attestation(clock()))
    request_exception(province, LOCAL, waiver(clock()))
    before = entries(province)
    with pytest.raises(AlreadyThereError):
        record_attestation(province, ADMIN, attestation(clock()))
    with pytest.raises(AlreadyThereError):
        request_exception(province, LOCAL, waiver(clock()))
    with pytest.raises(AlreadyThereError):  # another form for what is asked for already
        request_exception(province, LOCAL, waiver(clock(), exception_id="exception-2"))
    assert entries(province) == before


@pytest.mark.parametrize("by", [ADMIN, ANALYST, LOCAL], ids=lambda person: person.code)
def test_a_waiver_takes_two_people_and_ends_by_itself(
    province: Province, clock: Clock, by: Person
) -> None:
    request_exception(province, by, waiver(clock(), expires_at=clock() + DAY))
    assert stored_exception(province).standing(clock()) is Standing.WAITING
    approve_exception(province, OTHER_ADMIN, "exception-1", "đã xem")
    found = stored_exception(province)
    assert (found.requested_by, found.decided_by) == (by.code, OTHER_ADMIN.code)
    assert found.standing(clock() + DAY - SECOND) is Standing.IN_FORCE
    assert found.standing(clock() + DAY) is Standing.EXPIRED


def test_who_asked_does_not_approve_also_not_in_another_role(
    province: Province, clock: Clock
) -> None:
    request_exception(province, ADMIN, waiver(clock()))
    before = entries(province)
    for decide in (approve_exception, refuse_exception):
        for by in (Person(ADMIN.code, "admin", "BV"), Person(ADMIN.code.upper(), "admin", "")):
            with pytest.raises(SamePersonError):
                decide(province, by, "exception-1", "tôi thấy ổn")
    assert entries(province) == before
    assert stored_exception(province).standing(clock()) is Standing.WAITING


def test_an_approval_by_the_requester_that_stands_in_the_log_counts_for_nothing(
    province: Province, clock: Clock
) -> None:
    """Whoever has the order key writes what he likes; the fold and the projection look."""
    request_exception(province, ADMIN, waiver(clock()))
    act = ExceptionDecided("exception-1", "BV", approved=True, text="tự duyệt")
    with province.database.writing() as connection:
        log_acts(province, connection, ADMIN.code, [act], clock())
    assert stored_exception(province).standing(clock()) is Standing.WAITING
    assert_projections_say_as_much_as_the_log(province)


@pytest.mark.parametrize("by", [ANALYST, INSPECTOR, LOCAL, STRANGER, LOCAL_ADMIN])
def test_who_may_not_decide_is_refused(province: Province, clock: Clock, by: Person) -> None:
    request_exception(province, ADMIN, waiver(clock()))
    for decide in (approve_exception, refuse_exception):
        with pytest.raises(NotAllowedError):
            decide(province, by, "exception-1", "x")
    assert stored_exception(province).approved is None


@pytest.mark.parametrize("by", [INSPECTOR, STRANGER, LOCAL_ADMIN], ids=lambda person: person.code)
def test_who_may_not_ask_or_end_is_refused(province: Province, clock: Clock, by: Person) -> None:
    with pytest.raises(NotAllowedError):
        request_exception(province, by, waiver(clock()))
    request_exception(province, LOCAL, waiver(clock()))
    with pytest.raises(NotAllowedError):
        end_exception(province, by, "exception-1", "x")
    assert stored_exception(province).ended_at is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"system": "NONE"}, UnknownThingError),
        ({"system": ""}, WrongValueError),
        ({"facility": "NONE"}, UnknownThingError),
        ({"control": "l3.none.01"}, UnknownThingError),
        ({"control": "l4.risk.01"}, UnknownThingError),
        ({"text": ""}, WrongValueError),
        ({"text": "x" * 2001}, WrongValueError),
        ({"text": "x\x1b[31m"}, WrongValueError),
        ({"measure": " "}, WrongValueError),
        ({"kind": ExceptionKind.NOT_APPLICABLE, "reason": ""}, WrongValueError),
        ({"kind": ExceptionKind.NOT_APPLICABLE, "reason": "LAZY"}, WrongValueError),
    ],
)
def test_a_request_about_what_is_not_there_is_refused(
    province: Province, clock: Clock, changes: dict[str, object], error: type[Exception]
) -> None:
    before = entries(province)
    with pytest.raises(error):
        request_exception(province, ADMIN, waiver(clock(), **changes))
    assert entries(province) == before


@pytest.mark.parametrize("after", [-DAY, timedelta(0), LONGEST + SECOND, 3650 * DAY])
def test_an_exception_ends_within_a_year(
    province: Province, clock: Clock, after: timedelta
) -> None:
    with pytest.raises(WrongValueError):
        request_exception(province, ADMIN, waiver(clock(), expires_at=clock() + after))


def test_only_two_kinds_can_be_asked_for() -> None:
    assert kind_named("waiver") is ExceptionKind.WAIVER
    for wrong in ("", "WAIVER", "forever"):
        with pytest.raises(WrongValueError):
            kind_named(wrong)


def test_a_row_is_declared_not_to_apply_with_a_code(province: Province, clock: Clock) -> None:
    declared = waiver(clock(), kind=ExceptionKind.NOT_APPLICABLE, reason="NO_WIRELESS", measure="")
    request_exception(province, LOCAL, declared)
    approve_exception(province, ADMIN, "exception-1", "đã kiểm tra tại chỗ")
    found = stored_exception(province)
    assert (found.kind, found.reason, found.measure) == ("not_applicable", "NO_WIRELESS", "")


def test_what_is_decided_stays_decided(province: Province, clock: Clock) -> None:
    request_exception(province, LOCAL, waiver(clock()))
    refuse_exception(province, ADMIN, "exception-1", "chưa đủ")
    assert stored_exception(province).standing(clock()) is Standing.REFUSED
    for act in (approve_exception, refuse_exception, end_exception):
        with pytest.raises(NotOpenError):
            act(province, OTHER_ADMIN, "exception-1", "x")
    request_exception(province, LOCAL, waiver(clock(), exception_id="exception-2"))
    end_exception(province, LOCAL, "exception-2", "không cần nữa")
    with pytest.raises(NotOpenError):
        approve_exception(province, ADMIN, "exception-2", "x")


def test_a_request_whose_end_has_passed_cannot_be_approved(
    province: Province, clock: Clock
) -> None:
    request_exception(province, LOCAL, waiver(clock(), expires_at=clock() + DAY))
    clock.forward(DAY)
    with pytest.raises(NotOpenError):
        approve_exception(province, ADMIN, "exception-1", "muộn")


def test_what_is_in_force_is_renewed_before_it_ends(province: Province, clock: Clock) -> None:
    request_exception(province, LOCAL, waiver(clock(), expires_at=clock() + DAY))
    approve_exception(province, ADMIN, "exception-1", "được")
    request_exception(province, LOCAL, waiver(clock(), exception_id="exception-2"))
    assert stored_exception(province, "exception-2").standing(clock()) is Standing.WAITING


@pytest.mark.parametrize(
    "act",
    [
        lambda p: approve_exception(p, ADMIN, "exception-9", "x"),
        lambda p: end_exception(p, ADMIN, "exception-9", "x"),
        lambda p: withdraw_attestation(p, ADMIN, "attest-9", "x"),
    ],
    ids=["approve", "end", "withdraw"],
)
def test_what_is_not_there_is_said(province: Province, act: Callable[[Province], None]) -> None:
    with pytest.raises(UnknownThingError):
        act(province)


def test_decisions_are_rebuilt_from_the_log_byte_by_byte(province: Province, clock: Clock) -> None:
    add_facility(province, "test", "B2", "Trạm y tế")
    record_attestation(province, ADMIN, attestation(clock()))
    record_attestation(province, LOCAL, attestation(clock(), attestation_id="attest-2", system=""))
    withdraw_attestation(province, LOCAL, "attest-2", "thu hồi")
    for number, control in enumerate((deciding.DOCUMENT_ROW, CHECKED_ROW), start=1):
        asked = waiver(clock(), exception_id=f"exception-{number}", control=control)
        request_exception(province, LOCAL, asked)
    approve_exception(province, ADMIN, "exception-1", "được")
    end_exception(province, LOCAL, "exception-1", "đã sửa xong")
    refuse_exception(province, ADMIN, "exception-2", "không")
    assert_projections_say_as_much_as_the_log(province)
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before
