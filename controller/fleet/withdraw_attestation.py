"""An attestation does not stand any more: from here on its document decides nothing."""

from controller.errors import NotOpenError, UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.fleet.rights import MAY_ATTEST, demand
from controller.fleet.typed import paragraph
from controller.store.logins import Person
from controller.store.queries_decisions import find_attestation
from wire.acts import AttestationWithdrawn
from wire.text import N_


def withdraw_attestation(province: Province, by: Person, attestation_id: str, reason: str) -> None:
    """Withdraw an attestation, with the reason.

    Raises:
        UnknownThingError: there is none of this id.
        NotAllowedError: this person may not vouch for this facility.
        NotOpenError: it was withdrawn before.
        WrongValueError: the reason is no text.
    """
    with province.database.writing() as connection:
        found = find_attestation(connection, attestation_id)
        if found is None:
            raise UnknownThingError(what="attestation", code=attestation_id)
        demand(by, MAY_ATTEST, found.facility)
        if found.withdrawn_at is not None:
            raise NotOpenError(what="attestation", code=attestation_id)
        said = paragraph(N_("reason"), reason)
        act = AttestationWithdrawn(attestation_id, found.facility, said)
        log_acts(province, connection, by.code, [act], province.now())
