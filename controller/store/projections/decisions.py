"""What follows from people's decisions: attestations, and exceptions of two people.

The first decision of somebody else than the requester counts, as it does when evidence is folded
(`compliance.decisions`); whatever else stands in the log changes nothing.
"""

from sqlalchemy import Connection, select, update

from compliance.decisions import may_decide
from controller.store.projections.entry import Logged
from controller.store.tables.decisions import ATTESTATION, EXCEPTION
from controller.store.upsert import add_missing, upsert
from wire import acts
from wire.acts import ActStatement

_NOT_WITHDRAWN = {
    "withdrawn_by": None,
    "withdrawn_at": None,
    "withdrawn_index": None,
    "withdrawal": None,
}


def attestation_recorded(
    c: Connection, e: Logged, s: ActStatement, act: acts.AttestationRecorded
) -> None:
    row = {
        "attestation_id": act.attestation_id,
        "facility": act.facility,
        "system": act.system,
        "controls": list(act.controls),
        "document": act.document,
        "document_sha256": act.document_sha256,
        "valid_from": act.valid_from,
        "valid_until": act.valid_until,
        "recorded_by": s.by,
        "recorded_at": s.at,
        "recorded_index": e.log_index,
    }
    upsert(c, ATTESTATION, [{**row, **_NOT_WITHDRAWN}])


def attestation_withdrawn(
    c: Connection, e: Logged, s: ActStatement, act: acts.AttestationWithdrawn
) -> None:
    attestation = ATTESTATION.c
    c.execute(
        update(ATTESTATION)
        .where(
            attestation.attestation_id == act.attestation_id,
            attestation.facility == act.facility,
            attestation.withdrawn_at.is_(None),
        )
        .values(
            withdrawn_by=s.by,
            withdrawn_at=s.at,
            withdrawn_index=e.log_index,
            withdrawal=act.reason,
        )
    )


def exception_requested(
    c: Connection, e: Logged, s: ActStatement, act: acts.ExceptionRequested
) -> None:
    row = {
        "exception_id": act.exception_id,
        "facility": act.facility,
        "system": act.system,
        "control": act.control,
        "kind": act.kind.value,
        "reason": act.reason,
        "text": act.text,
        "measure": act.measure,
        "expires_at": act.expires_at,
        "requested_by": s.by,
        "requested_at": s.at,
        "requested_index": e.log_index,
    }
    add_missing(c, EXCEPTION, [row])


def exception_decided(
    c: Connection, e: Logged, s: ActStatement, act: acts.ExceptionDecided
) -> None:
    asked = EXCEPTION.c
    open_request = (
        asked.exception_id == act.exception_id,
        asked.facility == act.facility,
        asked.approved.is_(None),
        asked.ended_at.is_(None),
    )
    requester = c.execute(select(asked.requested_by).where(*open_request)).scalar_one_or_none()
    if requester is None or not may_decide(requester, s.by):
        return
    c.execute(
        update(EXCEPTION)
        .where(*open_request)
        .values(
            approved=act.approved,
            decided_by=s.by,
            decided_at=s.at,
            decided_index=e.log_index,
            decision=act.text,
        )
    )


def exception_ended(c: Connection, e: Logged, s: ActStatement, act: acts.ExceptionEnded) -> None:
    asked = EXCEPTION.c
    c.execute(
        update(EXCEPTION)
        .where(
            asked.exception_id == act.exception_id,
            asked.facility == act.facility,
            asked.ended_at.is_(None),
        )
        .values(ended_by=s.by, ended_at=s.at, ended_index=e.log_index, ending=act.text)
    )
