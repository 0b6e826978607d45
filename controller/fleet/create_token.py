"""Enrolment tokens: made, shown once, revoked."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from controller.errors import UnknownThingError, WrongValueError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.store.queries_facilities import find_facility, systems, tokens
from wire.acts import TokenCreated, TokenRevoked
from wire.token import Token, print_token

LIFE = timedelta(hours=24)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewToken:
    """`line` is the secret itself: shown once, stored nowhere."""

    token_id: str
    line: str

    def __repr__(self) -> str:
        return f"NewToken({self.token_id!r})"


def secret_hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def create_token(
    province: Province, by: str, facility: str, system_codes: tuple[str, ...], life: timedelta
) -> NewToken:
    """A single-use token for one host that serves these systems.

    Raises:
        UnknownThingError: the facility or one of the systems does not exist.
        WrongValueError: no system is named.
    """
    now = province.now()
    secret = "s" + base64.b32encode(province.entropy(_SECRET_BYTES)).decode().strip("=").lower()
    token_id = province.new_id("token")
    expires_at = now + life
    with province.database.writing() as connection:
        if find_facility(connection, facility) is None:
            raise UnknownThingError(what="facility", code=facility)
        _demand_systems(system_codes, {system.code for system in systems(connection, facility)})
        act = TokenCreated(token_id, facility, system_codes, secret_hash(secret), expires_at)
        log_acts(province, connection, by, [act], now)
    return NewToken(
        token_id,
        print_token(
            Token(
                url=province.config.url,
                facility=facility,
                expires_at=expires_at,
                secret=secret,
                ca_pin=province.keys.ca_pin,
                order_key=province.keys.order.public.to_base64(),
                log_key=province.keys.log.public.to_base64(),
            )
        ),
    )


def revoke_token(province: Province, by: str, token_id: str) -> None:
    """A token that was not used yet can never be.

    Raises:
        UnknownThingError: there is no such token, or it is not open any more.
    """
    with province.database.writing() as connection:
        open_ids = {token.token_id for token in tokens(connection) if token.state == "open"}
        if token_id not in open_ids:
            raise UnknownThingError(what="open token", code=token_id)
        log_acts(province, connection, by, [TokenRevoked(token_id)], province.now())


def _demand_systems(wanted: tuple[str, ...], known: set[str]) -> None:
    if not wanted:
        raise WrongValueError(what="systems", value="-", expected=", ".join(sorted(known)) or "-")
    for code in wanted:
        if code not in known:
            raise UnknownThingError(what="system", code=code)
