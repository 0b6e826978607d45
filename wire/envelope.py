"""DSSE envelopes: signatures are checked over the received bytes before anything is decoded.

Source: https://github.com/secure-systems-lab/dsse, protocol.md and envelope.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wire.codec import LIMIT_BYTES, decode_as
from wire.errors import DecodeError, SignatureError
from wire.keys import PublicKey, SigningKey
from wire.text import N_

_ONCE = (b'"payload"', b'"payloadType"', b'"signatures"')
_TYPE = re.compile(r"application/vnd\.lachan\.([a-z][a-z0-9_]{0,39})\+json\Z")


class _Signature(Struct, frozen=True):
    sig: Annotated[bytes, Meta(max_length=64)]
    keyid: Annotated[str, Meta(max_length=128)] = ""


class _Envelope(Struct, frozen=True):
    payload: Annotated[bytes, Meta(max_length=LIMIT_BYTES)]
    payload_type: Annotated[str, Meta(max_length=128)] = msgspec.field(name="payloadType")
    signatures: Annotated[tuple[_Signature, ...], Meta(min_length=1, max_length=8)]


class UnknownKeyError(SignatureError):
    """Nobody whom we trust has this key."""

    message = N_("The {kind} is signed by a key that nobody here knows ({reason}).")


@dataclass(frozen=True, slots=True)
class Opened:
    """What was signed, and by which key."""

    kind: str
    payload: bytes
    keyid: str


def payload_type(kind: str) -> str:
    return f"application/vnd.lachan.{kind}+json"


def pae(type_name: str, body: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed."""
    name = type_name.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(body), body)


def seal(kind: str, payload: bytes, signer: SigningKey) -> bytes:
    """Sign a payload; the bytes hold no newline, so that envelopes can be lines."""
    type_name = payload_type(kind)
    signature = _Signature(sig=signer.sign(pae(type_name, payload)), keyid=signer.keyid)
    envelope = _Envelope(payload=payload, payload_type=type_name, signatures=(signature,))
    return msgspec.json.encode(envelope)


def open_envelope(raw: bytes, keys: Mapping[str, PublicKey]) -> Opened:
    """Check the signature of one of `keys` (by key id), then hand out the payload.

    Raises:
        DecodeError: the bytes are no envelope of ours.
        UnknownKeyError: none of its signatures names one of `keys`.
        SignatureError: a named key did not sign these bytes.
    """
    envelope = _read(raw)
    kind = _kind_of(envelope)
    signed = pae(envelope.payload_type, envelope.payload)
    for signature in envelope.signatures:
        key = keys.get(signature.keyid)
        if key is not None:
            key.verify(signature.sig, signed, kind)
            return Opened(kind, envelope.payload, signature.keyid)
    raise UnknownKeyError(kind=kind, reason=envelope.signatures[0].keyid[:32] or "no key id")


def peek_keyid(raw: bytes) -> str:
    """Whose signature an envelope claims to carry; nothing is checked yet."""
    return _read(raw).signatures[0].keyid


def peek_kind(raw: bytes) -> str:
    """Which kind an envelope claims to be; nothing is checked yet."""
    return _kind_of(_read(raw))


def peek_payload(raw: bytes) -> bytes:
    """The unchecked payload: only to find out whose key to ask for."""
    return _read(raw).payload


def _read(raw: bytes) -> _Envelope:
    # Of two payloads another reader may take the first, and it is the last that was verified.
    if b"\\" in raw or any(raw.count(name) > 1 for name in _ONCE):
        raise DecodeError(kind=N_("envelope"), reason=N_("a part of it stands there twice"))
    try:
        return decode_as(_Envelope, raw)
    except DecodeError as error:
        raise DecodeError(kind=N_("envelope"), reason=error.parameters["reason"]) from error


def _kind_of(envelope: _Envelope) -> str:
    match = _TYPE.match(envelope.payload_type)
    if match is None:
        raise DecodeError(kind=N_("envelope"), reason=N_("its payload type is not one of ours"))
    return match.group(1)
