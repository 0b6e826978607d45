"""An information system, with the level and regime that were decided for it."""

from controller.errors import AlreadyThereError, UnknownThingError, WrongValueError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.store.queries_facilities import find_facility, systems
from wire.acts import SystemAdded

LEVELS = range(1, 6)


def add_system(province: Province, by: str, system: SystemAdded) -> None:
    """Add a system to a facility.

    Raises:
        UnknownThingError: there is no such facility.
        AlreadyThereError: the facility has a system with this code.
        WrongValueError: the level is none.
    """
    if system.level not in LEVELS:
        raise WrongValueError(what="level", value=system.level, expected="1 2 3 4 5")
    with province.database.writing() as connection:
        if find_facility(connection, system.facility) is None:
            raise UnknownThingError(what="facility", code=system.facility)
        if any(there.code == system.system for there in systems(connection, system.facility)):
            raise AlreadyThereError(what="system", code=system.system)
        log_acts(province, connection, by, [system], province.now())
