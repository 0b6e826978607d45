"""People of the tests who vouch, ask and decide, and what they say."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from controller.fleet.province import Province
from controller.store.logins import Person
from controller.store.queries_decisions import (
    Attestation,
    GrantedException,
    find_attestation,
    find_exception,
)
from wire.acts import AttestationRecorded, ExceptionRequested
from wire.verdicts import ExceptionKind

DOCUMENT_ROW = "l3.risk.01"  # a row that a document decides
CHECKED_ROW = "l3.accounts-access.01"
ADMIN, OTHER_ADMIN = Person("an", "admin", ""), Person("binh", "admin", "")
ANALYST, INSPECTOR = Person("chi", "analyst", ""), Person("dung", "inspector", "")
LOCAL, STRANGER = Person("giang", "facility", "BV"), Person("hoa", "facility", "B2")
LOCAL_ADMIN = Person("khanh", "admin", "B2")
DIGEST = "ab" * 32


def attestation(now: datetime, **changes: Any) -> AttestationRecorded:  # noqa: ANN401
    """A document about one row, good for a year."""
    act = AttestationRecorded(
        attestation_id="attest-1",
        facility="BV",
        controls=(DOCUMENT_ROW,),
        document="Quy trình 12/QT-BV",
        document_sha256=DIGEST,
        valid_from=now - timedelta(days=1),
        valid_until=now + timedelta(days=365),
        system="FS",
    )
    return structs.replace(act, **changes)


def waiver(now: datetime, **changes: Any) -> ExceptionRequested:  # noqa: ANN401
    """A fault to be borne for 30 days."""
    act = ExceptionRequested(
        exception_id="exception-1",
        kind=ExceptionKind.WAIVER,
        facility="BV",
        system="FS",
        control=DOCUMENT_ROW,
        text="Chờ mua thiết bị",
        measure="Kiểm tra từng tuần",
        expires_at=now + timedelta(days=30),
    )
    return structs.replace(act, **changes)


def stored_attestation(province: Province, attestation_id: str = "attest-1") -> Attestation:
    with province.database.reading() as connection:
        found = find_attestation(connection, attestation_id)
    assert found is not None
    return found


def stored_exception(province: Province, exception_id: str = "exception-1") -> GrantedException:
    with province.database.reading() as connection:
        found = find_exception(connection, exception_id)
    assert found is not None
    return found
