"""Signed checkpoints of the log, as text that any C2SP witness tool can read.

Lines: origin, size, root; then our extensions `heads` (root over every facility's newest entry,
so that leaving those out shows) and `at`.

Source: C2SP tlog-checkpoint and signed-note (https://c2sp.org), Ed25519 signature type 0x01.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from wire import merkle
from wire.errors import DecodeError, SignatureError
from wire.keys import PublicKey, SigningKey
from wire.moments import within_bounds
from wire.text import N_

LIMIT_CHARACTERS = 4096
_ED25519 = b"\x01"
_HASH_BYTES = 4
_KIND = N_("checkpoint")
_TEXT = re.compile(
    r"(?P<origin>[!-~]{1,200})\n(?P<size>0|[1-9][0-9]{0,15})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"heads (?P<heads>[A-Za-z0-9+/]{43}=)\nat (?P<at>[0-9T:.-]{19,26}Z)\n\Z"
)
_SIGNATURE = re.compile(r"\u2014 (?P<name>[!-~]{1,200}) (?P<blob>[A-Za-z0-9+/]{91}=)\Z")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of one facility."""

    sequence: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole log in one line: how long it is and what it holds."""

    origin: str
    size: int
    root: bytes
    heads: bytes
    at: datetime


def origin_of(province: str) -> str:
    return f"lachan/{province}"


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The signed note of a checkpoint."""
    text = _text_of(checkpoint)
    blob = _key_hash(checkpoint.origin, key.public) + key.sign(text.encode())
    return f"{text}\n\u2014 {checkpoint.origin} {base64.b64encode(blob).decode()}\n"


def verify(note: str, public: PublicKey) -> Checkpoint:
    """Read a note that this key signed; signatures of others are passed over.

    Raises:
        DecodeError: the text is no checkpoint of ours.
        SignatureError: the key has not signed it.
    """
    text, signatures = _split(note)
    checkpoint = _parse(text)
    wanted = _key_hash(checkpoint.origin, public)
    for name, blob in signatures:
        if name == checkpoint.origin and blob[:_HASH_BYTES] == wanted:
            public.verify(blob[_HASH_BYTES:], text.encode(), _KIND)
            return checkpoint
    raise SignatureError(kind=_KIND, reason=f"key {public.keyid} has not signed it")


def peek(note: str) -> Checkpoint:
    """Read a note without checking any signature."""
    return _parse(_split(note)[0])


def heads_leaf(facility: str, head: Head) -> bytes:
    text = f"{facility}\0{head.sequence}\0{head.leaf.hex()}"
    return merkle.leaf_hash(text.encode())


def heads_root(heads: Mapping[str, Head]) -> bytes:
    """The root over every facility's newest entry, sorted by facility."""
    return merkle.root(_heads_leaves(heads))


def heads_inclusion_proof(heads: Mapping[str, Head], facility: str) -> tuple[int, list[bytes]]:
    """Place of a facility among the heads, and its audit path."""
    index = sorted(heads).index(facility)
    return index, merkle.inclusion_proof(_heads_leaves(heads), index)


def _heads_leaves(heads: Mapping[str, Head]) -> list[bytes]:
    return [heads_leaf(facility, heads[facility]) for facility in sorted(heads)]


def _text_of(checkpoint: Checkpoint) -> str:
    root, heads = (base64.b64encode(part).decode() for part in (checkpoint.root, checkpoint.heads))
    at = checkpoint.at.astimezone(UTC).replace(tzinfo=None).isoformat()
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{root}\nheads {heads}\nat {at}Z\n"
    if _parse(text) != checkpoint:
        raise DecodeError(kind=_KIND, reason=N_("it would not be read back as it is"))
    return text


def _parse(text: str) -> Checkpoint:
    match = _TEXT.match(text)
    if match is None:
        raise DecodeError(kind=_KIND, reason=N_("its lines are not those of a checkpoint"))
    try:
        at = datetime.fromisoformat(match["at"]).astimezone(UTC)
        root, heads = (base64.b64decode(match[name], validate=True) for name in ("root", "heads"))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise DecodeError(kind=_KIND, reason=N_("its time or a hash cannot be read")) from error
    if not within_bounds(at):
        raise DecodeError(kind=_KIND, reason=N_("its time is not of these centuries"))
    return Checkpoint(match["origin"], int(match["size"]), root, heads, at)


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, separator, rest = note.partition("\n\n")
    if len(note) > LIMIT_CHARACTERS or not separator or not rest.endswith("\n"):
        raise DecodeError(kind=_KIND, reason=N_("it is no signed note"))
    matches = [_SIGNATURE.match(line) for line in rest[:-1].split("\n")]
    found = [match for match in matches if match is not None]
    return text + "\n", [(match["name"], base64.b64decode(match["blob"])) for match in found]


def _key_hash(name: str, public: PublicKey) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public.raw).digest()[:_HASH_BYTES]
