"""An agent at a site signs what the site says about itself: its own key, our nonce.

The nonce makes the answer fresh; the fingerprint in agent.yaml says whose key is believed. It
proves that whoever holds that key spoke on the machine with this boot_id just now. It does not
prove where the machine stands: that is the document's part.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from agent.sites.probe.answer import Self
from agent.sites.probe.errors import SignedAnswerError
from wire.envelope import open_envelope, peek_payload, seal
from wire.errors import LachanError
from wire.keys import PublicKey, SigningKey
from wire.text import N_

KIND = "site_answer"
NONCE_BYTES = 32


class SignedSelf(Struct, frozen=True):
    """What the site's agent signs."""

    nonce: str
    public_key: str  # base64
    boot_id: str
    fsid: int
    blocks: int
    fragment_size: int
    at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A fresh nonce, and whose signature is expected: SHA-256 of the public key, hex."""

    nonce: str
    fingerprint: str


def ask(fingerprint: str, entropy: Callable[[int], bytes]) -> Question:
    return Question(entropy(NONCE_BYTES).hex(), fingerprint)


def answer(nonce: str, seen: Self, key: SigningKey, now: datetime) -> str:
    """One line of base64 for the probe.

    Raises:
        SignedAnswerError: this machine cannot say who it is.
    """
    if seen.boot_id is None or seen.filesystem is None:
        raise SignedAnswerError(detail=N_("boot_id or the file system cannot be read"))
    body = SignedSelf(
        nonce=nonce,
        public_key=key.public.to_base64(),
        boot_id=seen.boot_id,
        fsid=seen.filesystem.fsid,
        blocks=seen.filesystem.blocks,
        fragment_size=seen.filesystem.fragment_size,
        at=now,
    )
    return base64.b64encode(seal(KIND, msgspec.json.encode(body), key)).decode()


def check(question: Question, seen: Self) -> None:
    """Return when the site's own agent vouches for exactly what the probe heard.

    Raises:
        SignedAnswerError: nothing is signed, or by another, or something else.
    """
    if seen.signed is None:
        raise SignedAnswerError(detail=N_("the site's agent signed nothing"))
    try:
        raw = base64.b64decode(seen.signed, validate=True)
        body = msgspec.json.decode(peek_payload(raw), type=SignedSelf)
        key = PublicKey.from_base64(body.public_key)
        opened = open_envelope(raw, {key.keyid: key})
    except (LachanError, msgspec.MsgspecError, binascii.Error) as error:
        raise SignedAnswerError(detail=N_("it is no signed answer")) from error
    if opened.kind != KIND or hashlib.sha256(key.raw).hexdigest() != question.fingerprint:
        raise SignedAnswerError(detail=N_("another agent signed it"))
    if body.nonce != question.nonce:
        raise SignedAnswerError(detail=N_("it answers an older question"))
    spoken = seen.filesystem and (
        seen.filesystem.fsid,
        seen.filesystem.blocks,
        seen.filesystem.fragment_size,
    )
    if (body.boot_id, (body.fsid, body.blocks, body.fragment_size)) != (seen.boot_id, spoken):
        raise SignedAnswerError(detail=N_("it says something else than the probe"))
