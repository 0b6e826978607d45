"""Messages to bytes and back: any bytes give a value or DecodeError, within fixed bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TypeVar, cast

import msgspec
from msgspec import Raw, Struct

from wire.acts import ActStatement
from wire.classification import refuse_local
from wire.errors import DecodeError, EncodeError
from wire.header import Header
from wire.messages import Body, Heartbeat, Statement, type_of_kind
from wire.moments import EARLIEST, LATEST, within_bounds
from wire.orders import Assignment, Order, PolicyPack, order_type_of_kind
from wire.text import N_

VERSION = 1
LIMIT_BYTES = 1024 * 1024  # of one message
LIMIT_DEPTH = 16  # of nested arrays and objects; our deepest message needs 6
_REASON_LENGTH = 200

_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'"[]{}')
_ENCODER = msgspec.json.Encoder(order="deterministic")

S = TypeVar("S", bound=Struct)


@dataclass(frozen=True, slots=True)
class Decoded:
    """One statement of an agent, understood."""

    kind: str
    header: Header
    body: Body


def encode(message: Struct) -> bytes:
    """The one byte form of a message: what we cannot read back ourselves is never sent.

    Raises:
        PrivacyError: a field of class `local` holds something.
        EncodeError: a value breaks the bounds of its field.
    """
    refuse_local(message)
    kind = type(message).__name__
    try:
        payload = _ENCODER.encode(message)
        decode_as(type(message), payload, limit_bytes=64 * LIMIT_BYTES)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
        raise EncodeError(kind=kind, reason=_short(error)) from error
    except DecodeError as error:
        raise EncodeError(kind=kind, reason=str(error.parameters["reason"])) from error
    return payload


def encode_statement(header: Header, body: Struct) -> bytes:
    """The payload that an agent signs; the body is checked before it is set in."""
    return encode(Statement(header=header, body=Raw(encode(body))))


def decode_as(struct: type[S], payload: bytes, *, limit_bytes: int = LIMIT_BYTES) -> S:
    """Read one value of `struct`, with size and nesting bounded before parsing.

    Raises:
        DecodeError: the bytes are anything else.
    """
    if len(payload) > limit_bytes:
        reason = f"{len(payload)} bytes, at most {limit_bytes}"
        raise DecodeError(kind=struct.__name__, reason=reason)
    if _too_deep(payload):
        raise DecodeError(kind=struct.__name__, reason=f"nested deeper than {LIMIT_DEPTH}")
    return _parsed(struct, payload)


def _parsed(struct: type[S], payload: bytes) -> S:
    """What is no longer and no deeper than allowed, or lay inside of something that is not."""
    kind = struct.__name__
    try:
        value = cast("S", _decoder(struct).decode(payload))
        bounded = within_bounds(value)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise DecodeError(kind=kind, reason=_short(error)) from error
    if not bounded:
        raise DecodeError(kind=kind, reason=f"a moment before {EARLIEST:%Y} or after {LATEST:%Y}")
    return value


def convert_as(struct: type[S], fields: Mapping[str, str]) -> S:
    """Read one value of `struct` from texts that did not come as JSON (HTTP headers).

    Raises:
        DecodeError: they are anything else.
    """
    try:
        value = msgspec.convert(fields, struct, strict=True)
        bounded = within_bounds(value)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise DecodeError(kind=struct.__name__, reason=_short(error)) from error
    if not bounded:
        raise DecodeError(kind=struct.__name__, reason=N_("its time is not of these centuries"))
    return value


def decode_header(payload: bytes) -> Header:
    """Read only who says something: works for kinds that are newer than we are."""
    return _statement(payload).header


def decode_statement(kind: str, payload: bytes) -> Decoded:
    """Read one chained statement whose payload type names this kind.

    The body lies inside of what was found neither too long nor too deep.
    """
    statement = _statement(payload)
    body = cast("Body", _parsed(_type_of_body(kind), bytes(statement.body)))
    return Decoded(kind, statement.header, body)


def decode_order(kind: str, payload: bytes) -> Assignment | Order | PolicyPack:
    """Read what the order key signs for agents: a closed list of kinds, no field unknown to us."""
    if kind not in order_type_of_kind:
        raise DecodeError(kind=_short(kind), reason=N_("unknown kind of order"))
    return cast("Assignment | Order | PolicyPack", decode_as(order_type_of_kind[kind], payload))


def decode_act(payload: bytes) -> ActStatement:
    """Read an act of a person or of the controller."""
    act = decode_as(ActStatement, payload)
    _demand_version("act", act.v)
    return act


def decode_heartbeat(payload: bytes) -> Heartbeat:
    """Read a heartbeat, which stands outside chain and log."""
    return decode_as(Heartbeat, payload)


def _type_of_body(kind: str) -> type[Struct]:
    if kind not in type_of_kind:
        raise DecodeError(kind=_short(kind), reason=N_("unknown kind of statement"))
    return type_of_kind[kind]


def _statement(payload: bytes) -> Statement:
    statement = decode_as(Statement, payload)
    _demand_version("statement", statement.v)
    return statement


def _demand_version(kind: str, version: int) -> None:
    if version != VERSION:
        raise DecodeError(kind=kind, reason=f"version {version}, we know {VERSION}")


@cache
def _decoder(struct: type[Struct]) -> msgspec.json.Decoder[Struct]:
    return msgspec.json.Decoder(struct)


def _too_deep(payload: bytes) -> bool:
    if payload.count(b"[") + payload.count(b"{") <= LIMIT_DEPTH:
        return False
    brackets = _brackets_outside_strings(payload)
    inner = brackets
    for _ in range(LIMIT_DEPTH):  # each pass takes the innermost pairs away
        inner = inner.replace(b"[]", b"").replace(b"{}", b"")
    return bool(inner) and _deepest(brackets) > LIMIT_DEPTH


def _brackets_outside_strings(payload: bytes) -> bytes:
    """Escapes go first, so that every quote left opens or closes a string. All in O(n).

    Two quotes beside each other are an empty string, or the seam of two: nothing is lost.
    """
    without_escapes = payload.replace(rb"\\", b"").replace(rb"\"", b"")
    marks = without_escapes.translate(None, _NO_MARKS).replace(b'""', b"")
    return b"".join(marks.split(b'"')[::2])


def _deepest(brackets: bytes) -> int:
    """Of brackets that may not fit each other: every one that opens goes down."""
    depths = accumulate(1 if bracket in b"[{" else -1 for bracket in brackets)
    return max(depths, default=0)


def _short(reason: object) -> str:
    return str(reason)[:_REASON_LENGTH]
