"""The province's pack of policies: taken only when signed for this province, fresh and newer.

What is kept here is which pack came last, and which of all the owner accepted. Whether a pack is
in order and what its checks may look at is judged where it is used, every time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec import Struct

from agent.config.home import Home
from agent.library import forget_packs, keep_pack
from agent.uplink.memory import PACK_REFUSED, Memory
from agent.uplink.orders import Receiver
from agent.uplink.witness import held
from wire.chain import digest
from wire.checkpoint import origin_of
from wire.codec import decode_order, encode
from wire.envelope import open_envelope, peek_kind
from wire.errors import WireError
from wire.orders import POLICY_PACK, PolicyPack
from wire.pack_reasons import PackReason

_FACT = "policy_pack"
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class PackMemory(Struct, frozen=True):
    """Digests are of envelopes as they were received; `content` is the same after a renewal."""

    version: int = 0  # of the newest
    newest: str = ""
    content: str = ""
    accepted: str = ""
    accepted_version: int = 0
    accepted_content: str = ""
    declined_version: int = 0


@dataclass(frozen=True, slots=True)
class PackReceiver:
    """Who takes a pack, and where it is kept."""

    receiver: Receiver
    home: Home


def remembered(memory: Memory) -> PackMemory:
    text = memory.fact(_FACT)
    return msgspec.json.decode(text, type=PackMemory) if text else PackMemory()


def remember(memory: Memory, known: PackMemory) -> None:
    memory.keep(_FACT, msgspec.json.encode(known).decode())


def claims_to_be_a_pack(raw: bytes) -> bool:
    """Which of both ways of taking an envelope is right; nothing is checked yet."""
    try:
        return peek_kind(raw) == POLICY_PACK
    except WireError:
        return False


def take_pack(raw: bytes, at: PackReceiver, memory: Memory) -> str:
    """Keep a newer pack; it is not in force by that.

    Returns:
        The reason for refusing; empty when it was taken, or had been taken before.
    """
    known = remembered(memory)
    if digest(raw) == known.newest:
        return ""
    try:
        signed = _signed(raw, at.receiver)
    except WireError:
        memory.raise_alarm(PACK_REFUSED, PackReason.NOT_SIGNED)
        return PackReason.NOT_SIGNED
    reason = _refusal(signed, at.receiver, memory, known)
    if reason:
        memory.raise_alarm(PACK_REFUSED, reason)
        return reason
    name = keep_pack(at.home, raw)
    taken = _with(known, signed, name)
    remember(memory, taken)
    forget_packs(at.home, (taken.newest, taken.accepted))
    memory.clear_alarm(PACK_REFUSED)
    return ""


def accept(memory: Memory, home: Home) -> None:
    """From now on the newest pack counts."""
    known = remembered(memory)
    accepted = msgspec.structs.replace(
        known,
        accepted=known.newest,
        accepted_version=known.version,
        accepted_content=known.content,
        declined_version=0,
    )
    remember(memory, accepted)
    forget_packs(home, (known.newest,))


def decline(memory: Memory) -> None:
    """The newest pack does not count; one that was accepted before goes on counting."""
    known = remembered(memory)
    remember(memory, msgspec.structs.replace(known, declined_version=known.version))


def ask_again(memory: Memory) -> None:
    """A kept pack was lost or changed: the controller sends the newest once more."""
    remember(memory, msgspec.structs.replace(remembered(memory), newest=""))


def _signed(raw: bytes, receiver: Receiver) -> PolicyPack:
    opened = open_envelope(raw, {receiver.order_key.keyid: receiver.order_key})
    signed = decode_order(opened.kind, opened.payload)
    if not isinstance(signed, PolicyPack):
        raise WireError
    return signed


def _refusal(signed: PolicyPack, receiver: Receiver, memory: Memory, known: PackMemory) -> str:
    checkpoint = held(memory)
    if checkpoint is None or origin_of(signed.province) != checkpoint.origin:
        return PackReason.OTHER_PROVINCE
    renewed = signed.version == known.version and _content(signed) == known.content
    if signed.version <= known.version and not renewed:
        return PackReason.OLD_VERSION
    if signed.expires_at <= receiver.now:
        return PackReason.EXPIRED
    return ""


def _with(known: PackMemory, signed: PolicyPack, name: str) -> PackMemory:
    """What was accepted stays so when it only was signed for longer."""
    content = _content(signed)
    return msgspec.structs.replace(
        known,
        version=signed.version,
        newest=name,
        content=content,
        accepted=name if content == known.accepted_content else known.accepted,
    )


def _content(signed: PolicyPack) -> str:
    """What the pack says, whenever and however long it was signed."""
    same = msgspec.structs.replace(signed, issued_at=_NO_TIME, expires_at=_NO_TIME)
    return sha256(encode(same)).hexdigest()
