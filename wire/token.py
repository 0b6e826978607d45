"""The enrolment token: one line, used once, that carries whom to trust."""

import base64
import binascii

from msgspec import Struct

from wire.codec import decode_as, encode
from wire.errors import DecodeError
from wire.privacy import Base64, Code, Digest, Moment, Sentence
from wire.text import N_

PREFIX = "LACHAN1."
LIMIT_CHARACTERS = 4096


class Token(Struct, frozen=True, forbid_unknown_fields=True):
    """`secret` proves the right to enrol; `ca_pin` is SHA-256 over the CA's public key (SPKI)."""

    url: Sentence
    facility: Code
    expires_at: Moment
    secret: Code
    ca_pin: Digest
    order_key: Base64
    log_key: Base64

    def __repr__(self) -> str:
        return f"Token(url={self.url!r}, facility={self.facility!r})"


def print_token(token: Token) -> str:
    return PREFIX + base64.urlsafe_b64encode(encode(token)).decode().rstrip("=")


def parse_token(text: str) -> Token:
    """Read a token; white space around it does not matter. Errors never repeat its text.

    Raises:
        DecodeError: it is anything else.
    """
    line = text.strip()
    if not line.startswith(PREFIX) or len(line) > LIMIT_CHARACTERS:
        raise DecodeError(kind=N_("token"), reason=N_("it does not begin with “LACHAN1.”"))
    body = line.removeprefix(PREFIX)
    try:
        padded = body + "=" * (-len(body) % 4)
        payload = base64.b64decode(padded, altchars=b"-_", validate=True)
        return decode_as(Token, payload)
    except (binascii.Error, ValueError, DecodeError):
        raise DecodeError(kind=N_("token"), reason=N_("some of it is missing or changed")) from None
