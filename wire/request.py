"""Signed requests: method, host, path with query, body, time and nonce, by the agent's key.

Freshness and seen nonces are the caller's to judge; everything here is pure.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from wire.codec import convert_as
from wire.errors import DecodeError
from wire.keys import PublicKey, SigningKey
from wire.moments import within_bounds
from wire.privacy import Base64, Code, Moment
from wire.text import N_

CLOCK_TOLERANCE = timedelta(minutes=5)
AGENT_HEADER = "X-Lachan-Agent"
TIME_HEADER = "X-Lachan-Time"
NONCE_HEADER = "X-Lachan-Nonce"
SIGNATURE_HEADER = "X-Lachan-Signature"
TIME_SIGNATURE_HEADER = "X-Lachan-Time-Signature"
_KIND = N_("request")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, as both ends see it. `host` is the Host header, with its port."""

    method: str
    host: str
    path_with_query: str
    body_sha256: str

    @classmethod
    def of(cls, method: str, host: str, path_with_query: str, body: bytes) -> "Request":
        return cls(method, host, path_with_query, sha256(body).hexdigest())


class Headers(Struct, frozen=True):
    """What travels beside the body. `agent` is the key id while the agent has no name yet."""

    agent: Code
    time: Moment
    nonce: Code
    signature: Base64 = ""

    def to_dict(self) -> dict[str, str]:
        return {
            AGENT_HEADER: self.agent,
            TIME_HEADER: time_text(self.time),
            NONCE_HEADER: self.nonce,
            SIGNATURE_HEADER: self.signature,
        }


def headers_from(received: Mapping[str, str]) -> Headers:
    """Read the headers of a request, whatever the case of their names.

    Raises:
        DecodeError: one is missing or is not as it must be.
    """
    by_name = {name.lower(): value for name, value in received.items()}
    names = (AGENT_HEADER, TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER)
    texts = [by_name.get(name.lower(), "") for name in names]
    fields = dict(zip(Headers.__struct_fields__, texts, strict=True))
    if not all(texts):
        raise DecodeError(kind=_KIND, reason=N_("it is not signed"))
    return convert_as(Headers, fields)


def signing_bytes(request: Request, headers: Headers) -> bytes:
    """What the agent's key signs: one value a line."""
    lines = (
        "lachan-request-v1",
        request.method,
        request.host,
        request.path_with_query,
        request.body_sha256,
        time_text(headers.time),
        headers.nonce,
        headers.agent,
    )
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise DecodeError(kind=_KIND, reason="a character that no request line holds")
    return "\n".join(lines).encode()


def sign(request: Request, headers: Headers, key: SigningKey) -> Headers:
    """The same headers with their signature."""
    signature = key.sign(signing_bytes(request, headers))
    return Headers(headers.agent, headers.time, headers.nonce, base64.b64encode(signature).decode())


def verify(request: Request, headers: Headers, public: PublicKey) -> None:
    """Return when this key signed this request.

    Raises:
        SignatureError: it did not.
    """
    public.verify(_signature(headers.signature), signing_bytes(request, headers), _KIND)


def is_fresh(time: datetime, now: datetime) -> bool:
    return abs(time - now) <= CLOCK_TOLERANCE


def sign_time(time: datetime, nonce: str, key: SigningKey) -> str:
    """The controller's time for one request's nonce, so that an old answer cannot be replayed."""
    return base64.b64encode(key.sign(_time_bytes(time, nonce))).decode()


def verify_time(time: datetime, nonce: str, signature: str, public: PublicKey) -> None:
    """Return when the controller's order key signed this time for this nonce.

    Raises:
        SignatureError: it did not.
    """
    public.verify(_signature(signature), _time_bytes(time, nonce), "time")


def time_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read what `time_text` wrote.

    Raises:
        DecodeError: it is anything else.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise DecodeError(kind=N_("time"), reason=N_("not RFC 3339")) from error
    if time.tzinfo is None or not within_bounds(time):
        raise DecodeError(kind=N_("time"), reason="no time zone, or not of these centuries")
    return time.astimezone(UTC)


def _time_bytes(time: datetime, nonce: str) -> bytes:
    return f"lachan-time-v1\n{time_text(time)}\n{nonce}".encode()


def _signature(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DecodeError(kind=_KIND, reason=N_("its signature is no base64")) from error
