"""People, and the one-time links by which they set their first password."""

from datetime import timedelta
from hashlib import sha256

from controller.errors import AlreadyThereError, UnknownThingError, WrongValueError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.store.engine import Connection
from controller.store.logins import add_link
from controller.store.queries_facilities import find_facility, users
from wire.acts import UserAdded
from wire.text import N_

ROLES = ("admin", "analyst", "facility", "inspector")
LINK_LIFE = timedelta(hours=24)
_SECRET_BYTES = 32


def add_user(province: Province, by: str, user: str, role: str, facility: str = "") -> str:
    """Add a person; the link that sets the first password, to be shown once.

    Raises:
        WrongValueError: there is no such role, or its facility is missing.
        UnknownThingError: there is no such facility.
        AlreadyThereError: the name is taken.
    """
    if role not in ROLES:
        raise WrongValueError(what="role", value=role, expected=" ".join(ROLES))
    if role == "facility" and not facility:
        raise WrongValueError(
            what="facility", value="-", expected=N_("the facility of this person")
        )
    with province.database.writing() as connection:
        if facility and find_facility(connection, facility) is None:
            raise UnknownThingError(what="facility", code=facility)
        if any(there.code == user for there in users(connection)):
            raise AlreadyThereError(what="user", code=user)
        log_acts(province, connection, by, [UserAdded(user, role, facility)], province.now())
        return _new_link(province, connection, user)


def _new_link(province: Province, connection: Connection, user: str) -> str:
    secret = province.entropy(_SECRET_BYTES).hex()
    expires_at = province.now() + LINK_LIFE
    add_link(connection, sha256(secret.encode()).hexdigest(), user, expires_at)
    return f"{province.config.url.rstrip('/')}/welcome/{secret}"


def renew_link(province: Province, user: str) -> str:
    """Another link for somebody whose first one was lost or has expired.

    Raises:
        UnknownThingError: there is no such person.
    """
    with province.database.writing() as connection:
        if all(there.code != user for there in users(connection)):
            raise UnknownThingError(what="user", code=user)
        return _new_link(province, connection, user)
