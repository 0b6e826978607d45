"""Another person approves what one has asked for, or refuses it."""

from compliance.decisions import may_decide
from controller.errors import NotOpenError, SamePersonError, UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.fleet.rights import MAY_DECIDE, demand
from controller.fleet.typed import paragraph
from controller.store.logins import Person
from controller.store.queries_decisions import Standing, find_exception
from wire.acts import ExceptionDecided
from wire.text import N_


def approve_exception(province: Province, by: Person, exception_id: str, text: str) -> None:
    """From here to its end the exception counts.

    Raises:
        UnknownThingError: there is no request of this id.
        NotAllowedError: this person may not decide for this facility.
        SamePersonError: this person has asked for it.
        NotOpenError: it was decided or taken back before, or its end has passed.
        WrongValueError: the text is none.
    """
    _decide(province, by, ExceptionDecided(exception_id, "", approved=True, text=text))


def refuse_exception(province: Province, by: Person, exception_id: str, text: str) -> None:
    """The request is over; raises as `approve_exception` does."""
    _decide(province, by, ExceptionDecided(exception_id, "", approved=False, text=text))


def _decide(province: Province, by: Person, act: ExceptionDecided) -> None:
    """Judged inside the writing transaction: of two people who decide at once one is first."""
    now = province.now()
    with province.database.writing() as connection:
        found = find_exception(connection, act.exception_id)
        if found is None:
            raise UnknownThingError(what="request", code=act.exception_id)
        demand(by, MAY_DECIDE, found.facility)
        if not may_decide(found.requested_by, by.code):
            raise SamePersonError(person=by.code)
        if found.standing(now) is not Standing.WAITING:
            raise NotOpenError(what="request", code=act.exception_id)
        said = ExceptionDecided(
            exception_id=found.exception_id,
            facility=found.facility,
            approved=act.approved,
            text=paragraph(N_("reason"), act.text),
        )
        log_acts(province, connection, by.code, [said], now)
