"""One logged entry, understood."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wire.acts import ActStatement
from wire.codec import Decoded, decode_act, decode_header, decode_order, decode_statement
from wire.envelope import peek_payload
from wire.errors import DecodeError
from wire.header import Header
from wire.messages import type_of_kind
from wire.orders import Assignment, Order, PolicyPack, order_type_of_kind

ACT = "act"
Content = ActStatement | Assignment | Order | PolicyPack | Decoded | Header
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry with its place; of kinds that are newer than we are, only the header is known."""

    log_index: int
    received_at_ms: int
    facility: str
    kind: str
    link: str  # what the next statement of its chain names as `previous`
    content: Content

    @property
    def received_at(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=self.received_at_ms)


def understand(kind: str, envelope: bytes) -> Content:
    """Read stored bytes again; their signature was checked before they were stored.

    Of a statement that came when its kind was newer than the program was, only the header was
    read: what does not read as its kind would be refused now, and is known by its header still.
    """
    payload = peek_payload(envelope)
    if kind == ACT:
        return decode_act(payload)
    if kind in order_type_of_kind:
        return decode_order(kind, payload)
    if kind in type_of_kind:
        with contextlib.suppress(DecodeError):
            return decode_statement(kind, payload)
    return decode_header(payload)


def framed(codes: Iterable[str]) -> str:
    """Codes between spaces, so that one of them can be searched for on any database."""
    return f" {' '.join(codes)} "
