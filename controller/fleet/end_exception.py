"""A request is taken back, or an exception ended before its time."""

from controller.errors import NotOpenError, UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.fleet.rights import MAY_END, demand
from controller.fleet.typed import paragraph
from controller.store.logins import Person
from controller.store.queries_decisions import Standing, find_exception
from wire.acts import ExceptionEnded
from wire.text import N_

_OPEN = frozenset({Standing.WAITING, Standing.IN_FORCE})


def end_exception(province: Province, by: Person, exception_id: str, text: str) -> None:
    """From here on the row is judged as it is. One person is enough: nothing looks better by it.

    Raises:
        UnknownThingError: there is no request of this id.
        NotAllowedError: this person may not speak for this facility.
        NotOpenError: it is over already.
        WrongValueError: the reason is no text.
    """
    now = province.now()
    with province.database.writing() as connection:
        found = find_exception(connection, exception_id)
        if found is None:
            raise UnknownThingError(what="request", code=exception_id)
        demand(by, MAY_END, found.facility)
        if found.standing(now) not in _OPEN:
            raise NotOpenError(what="request", code=exception_id)
        act = ExceptionEnded(exception_id, found.facility, paragraph(N_("reason"), text))
        log_acts(province, connection, by.code, [act], now)
