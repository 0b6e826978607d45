"""Acts of people at places of a log: documents shown, exceptions asked for, decided and ended."""

from datetime import datetime, timedelta

from compliance.logged import LoggedAct
from tests.compliance.logbook import NOW
from wire.acts import (
    Act,
    AttestationRecorded,
    AttestationWithdrawn,
    ExceptionDecided,
    ExceptionEnded,
    ExceptionRequested,
)
from wire.verdicts import ExceptionKind

DAY = timedelta(days=1)
MONTH = 30 * DAY
WAIVER, AWAY = ExceptionKind.WAIVER, ExceptionKind.NOT_APPLICABLE


def act(position: int, what: Act, by: str = "an", at: datetime = NOW) -> LoggedAct:
    return LoggedAct(position, at, what, by)


def recorded(
    position: int,
    *controls: str,
    name: str = "d1",
    system: str = "",
    start: datetime = NOW - DAY,
    until: datetime = NOW + MONTH,
    at: datetime = NOW,
) -> LoggedAct:
    words = ("Quy trình 12/QT", "d" * 64)
    body = AttestationRecorded(name, "F1", controls or ("r0",), *words, start, until, system)
    return act(position, body, at=at)


def withdrawn(position: int, name: str = "d1") -> LoggedAct:
    return act(position, AttestationWithdrawn(name, "F1", "replaced"))


def asked(  # noqa: PLR0913 - a request has that many sides
    position: int,
    control: str = "r0",
    *,
    name: str = "e1",
    kind: ExceptionKind = WAIVER,
    by: str = "an",
    until: datetime = NOW + MONTH,
    reason: str | None = None,
) -> LoggedAct:
    code = ("NO_WIRELESS" if kind is AWAY else "") if reason is None else reason
    body = ExceptionRequested(name, kind, "F1", "S1", control, "why", "meanwhile", until, code)
    return act(position, body, by)


def decided(
    position: int, name: str = "e1", by: str = "binh", *, approved: bool = True
) -> LoggedAct:
    return act(position, ExceptionDecided(name, "F1", approved, "so it is"), by)


def ended(position: int, name: str = "e1", by: str = "an") -> LoggedAct:
    return act(position, ExceptionEnded(name, "F1", "mended"), by)
