"""A facility joins the province."""

from controller.errors import AlreadyThereError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.store.queries_facilities import find_facility
from wire.acts import FacilityAdded


def add_facility(province: Province, by: str, code: str, name: str) -> None:
    """Add a facility.

    Raises:
        AlreadyThereError: its code is taken.
    """
    with province.database.writing() as connection:
        if find_facility(connection, code) is not None:
            raise AlreadyThereError(what="facility", code=code)
        log_acts(province, connection, by, [FacilityAdded(code, name)], province.now())
