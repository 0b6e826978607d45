"""A person vouches for rows with a document, of which we keep the digest and never the bytes."""

import re
from datetime import datetime, timedelta

from msgspec import structs

from controller.errors import AlreadyThereError, WrongValueError
from controller.fleet.act import log_acts
from controller.fleet.judged_rows import (
    demand_row,
    rests_on_attestation,
    rows_of,
    systems_meant,
)
from controller.fleet.province import Province
from controller.fleet.rights import MAY_ATTEST, demand
from controller.fleet.typed import line
from controller.store.engine import Connection
from controller.store.logins import Person
from controller.store.queries_decisions import find_attestation
from wire.acts import AttestationRecorded
from wire.text import N_

LONGEST = timedelta(days=2 * 366)  # a document is looked at again at least every two years
_MOST_CONTROLS = 300
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def record_attestation(province: Province, by: Person, act: AttestationRecorded) -> None:
    """Log an attestation. Its id comes with the form, so that a form counts once.

    Raises:
        NotAllowedError: this person may not vouch for this facility.
        UnknownThingError: there is no such system, or none of them has such a row.
        WrongValueError: a text or a day cannot be meant, or a row rests on no document.
        AlreadyThereError: this form was taken before.
    """
    demand(by, MAY_ATTEST, act.facility)
    now = province.now()
    act = structs.replace(
        act,
        document=line(N_("document"), act.document),
        controls=tuple(dict.fromkeys(act.controls)),
    )
    _demand_digest(act.document_sha256)
    demand_span(act.valid_from, act.valid_until, now, LONGEST)
    with province.database.writing() as connection:
        _demand_rows(connection, act)
        if find_attestation(connection, act.attestation_id) is not None:
            raise AlreadyThereError(what="attestation", code=act.attestation_id)
        log_acts(province, connection, by.code, [act], now)


def demand_span(start: datetime, end: datetime, now: datetime, longest: timedelta) -> None:
    """Return when something begins before it ends, ends later than now, and not too late.

    Raises:
        WrongValueError: it does not.
    """
    if start >= end:
        raise WrongValueError(
            what=N_("end"), value=f"{end:%Y-%m-%d}", expected=N_("a day after its beginning")
        )
    if end <= now:
        raise WrongValueError(what=N_("end"), value=f"{end:%Y-%m-%d}", expected=N_("a day to come"))
    if end - max(start, now) > longest:
        raise WrongValueError(
            what=N_("end"),
            value=f"{end:%Y-%m-%d}",
            expected=f"<= {max(start, now) + longest:%Y-%m-%d}",
        )


def _demand_digest(digest: str) -> None:
    if not _DIGEST.match(digest):
        raise WrongValueError(
            what="SHA-256", value=digest[:70] or "-", expected=N_("a file, or 64 digits 0-9 a-f")
        )


def _demand_rows(connection: Connection, act: AttestationRecorded) -> None:
    rows = rows_of(connection, systems_meant(connection, act.facility, act.system))
    if not 0 < len(act.controls) <= _MOST_CONTROLS:
        raise WrongValueError(
            what=N_("controls"), value=len(act.controls), expected=f"1 … {_MOST_CONTROLS}"
        )
    for control in act.controls:
        if not rests_on_attestation(demand_row(rows, control)):
            raise WrongValueError(
                what=N_("control"), value=control, expected=N_("a row that a document decides")
            )
