"""Somebody asks that a row be waived for a time, or be declared not to apply."""

from datetime import timedelta

from msgspec import structs

from controller.errors import AlreadyThereError, WrongValueError
from controller.fleet.act import log_acts
from controller.fleet.judged_rows import demand_row, rows_of, systems_meant
from controller.fleet.province import Province
from controller.fleet.record_attestation import demand_span
from controller.fleet.rights import MAY_REQUEST, demand
from controller.fleet.typed import paragraph
from controller.store.engine import Connection
from controller.store.logins import Person
from controller.store.queries_decisions import Standing, exceptions_of, find_exception
from wire.acts import ExceptionRequested
from wire.text import N_
from wire.verdicts import ExceptionKind, NotApplicableReason

LONGEST = timedelta(days=366)  # one year, through its last day


def request_exception(province: Province, by: Person, act: ExceptionRequested) -> None:
    """Log a request; it counts for nothing until somebody else approves it.

    Raises:
        NotAllowedError: this person may not ask for this facility.
        UnknownThingError: there is no such system, or it has no such row.
        WrongValueError: a text, a reason or the end cannot be meant.
        AlreadyThereError: this form was taken before, or the same is asked for already.
    """
    demand(by, MAY_REQUEST, act.facility)
    now = province.now()
    act = _checked(act)
    demand_span(now, act.expires_at, now, LONGEST)
    with province.database.writing() as connection:
        _demand_place(connection, act)
        waiting = exceptions_of(connection, act.facility, act.system, act.control)
        if any(each.standing(now) is Standing.WAITING for each in waiting):
            raise AlreadyThereError(what="request", code=act.control)
        log_acts(province, connection, by.code, [act], now)


def kind_named(text: str) -> ExceptionKind:
    """What is asked for.

    Raises:
        WrongValueError: nothing of this name can be.
    """
    if text not in set(ExceptionKind):
        expected = " ".join(ExceptionKind)
        raise WrongValueError(what=N_("kind"), value=text[:40] or "-", expected=expected)
    return ExceptionKind(text)


def _checked(act: ExceptionRequested) -> ExceptionRequested:
    if act.kind is ExceptionKind.WAIVER:
        return structs.replace(
            act,
            reason="",
            text=paragraph(N_("reason"), act.text),
            measure=paragraph(N_("compensating measure"), act.measure),
        )
    if act.reason not in set(NotApplicableReason):
        raise WrongValueError(
            what=N_("reason code"),
            value=act.reason[:40] or "-",
            expected=" ".join(NotApplicableReason),
        )
    text = paragraph(N_("reason"), act.text)
    return structs.replace(act, text=text, measure="")  # nothing is left to make up for


def _demand_place(connection: Connection, act: ExceptionRequested) -> None:
    if find_exception(connection, act.exception_id) is not None:
        raise AlreadyThereError(what="request", code=act.exception_id)
    if not act.system:
        raise WrongValueError(what=N_("system"), value="-", expected=N_("one system"))
    demand_row(
        rows_of(connection, systems_meant(connection, act.facility, act.system)), act.control
    )
