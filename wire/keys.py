"""Ed25519 keys, their short names and the fingerprints that people compare."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from wire.errors import DecodeError, SignatureError
from wire.text import N_

KEY_BYTES = 32
KEYID_LENGTH = 32  # hex digits
_FINGERPRINT_GROUP = 4

Entropy = Callable[[int], bytes]


@dataclass(frozen=True)
class PublicKey:
    """A key that checks signatures."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise DecodeError(
                kind=N_("public key"), reason=f"{len(self.raw)} bytes, not {KEY_BYTES}"
            )

    @classmethod
    def from_base64(cls, text: str) -> PublicKey:
        try:
            return cls(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise DecodeError(kind=N_("public key"), reason=N_("no base64")) from error

    def to_base64(self) -> str:
        return base64.b64encode(self.raw).decode()

    @cached_property
    def keyid(self) -> str:
        return sha256(self.raw).hexdigest()[:KEYID_LENGTH]

    @cached_property
    def _checker(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def verify(self, signature: bytes, message: bytes, kind: str = "message") -> None:
        """Return when the signature holds.

        Raises:
            SignatureError: it does not.
        """
        try:
            self._checker.verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise SignatureError(kind=kind, reason=f"not made by key {self.keyid}") from error


@dataclass(frozen=True)
class SigningKey:
    """A key that makes signatures; its bytes never appear in a representation or an error."""

    _raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self._raw) != KEY_BYTES:
            raise DecodeError(kind=N_("signing key"), reason=f"not {KEY_BYTES} bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> SigningKey:
        return cls(entropy(KEY_BYTES))

    @classmethod
    def from_bytes(cls, raw: bytes) -> SigningKey:
        return cls(raw)

    def to_bytes(self) -> bytes:
        return self._raw

    @cached_property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._raw)

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self._signer.public_key().public_bytes_raw())

    @property
    def keyid(self) -> str:
        return self.public.keyid

    def sign(self, message: bytes) -> bytes:
        return self._signer.sign(message)


def fingerprint(public: PublicKey) -> str:
    """SHA-256 of the key in groups of four: what stands on paper and on both screens."""
    digits = sha256(public.raw).hexdigest()
    starts = range(0, len(digits), _FINGERPRINT_GROUP)
    return " ".join(digits[start : start + _FINGERPRINT_GROUP] for start in starts)


def fingerprint_digits(text: str) -> str:
    """A fingerprint as a person typed it, without spaces, dashes and capitals.

    Raises:
        DecodeError: what is left is not 64 hex digits.
    """
    digits = "".join(text.split()).replace("-", "").replace(":", "").lower()
    if len(digits) != sha256().digest_size * 2 or not set(digits) <= set("0123456789abcdef"):
        raise DecodeError(kind=N_("fingerprint"), reason=N_("not 64 hex digits"))
    return digits
