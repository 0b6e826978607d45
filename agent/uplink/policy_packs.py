"""The province's packs of policies: taken only when signed for this province, fresh and newer.

What is kept here is which version of each came last, and which the owner accepted. Whether a pack
is in order and what its checks may look at is judged where it is used, every time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec import Struct
from msgspec.structs import replace

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
from wire.orders import MOST_PACKS, POLICY_PACK, PolicyPack
from wire.pack_reasons import PackReason

_FACT = "policy_packs"
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class PackMemory(Struct, frozen=True):
    """Of one pack. Digests are of envelopes; `content` stays the same when one is renewed."""

    version: int = 0  # of the newest
    newest: str = ""
    content: str = ""
    accepted: str = ""
    accepted_content: str = ""
    declined_version: int = 0


PackMemories = dict[str, PackMemory]  # by the pack's id


@dataclass(frozen=True, slots=True)
class PackReceiver:
    """Who takes a pack, and where it is kept."""

    receiver: Receiver
    home: Home


def remembered(memory: Memory) -> PackMemories:
    text = memory.fact(_FACT)
    return msgspec.json.decode(text, type=PackMemories) if text else {}


def newest_digests(memory: Memory) -> tuple[str, ...]:
    """What the controller need not send again."""
    return tuple(each.newest for each in remembered(memory).values() if each.newest)


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
    if digest(raw) in newest_digests(memory):
        return ""
    try:
        signed = _signed(raw, at.receiver)
    except WireError:
        memory.raise_alarm(PACK_REFUSED, PackReason.NOT_SIGNED)
        return PackReason.NOT_SIGNED
    known = remembered(memory)
    reason = _refusal(signed, at.receiver, memory, known)
    if reason:
        memory.raise_alarm(PACK_REFUSED, reason)
        return reason
    try:
        name = keep_pack(at.home, raw)
    except OSError as error:  # a full disk: it comes again with the next heartbeat
        memory.raise_alarm(PACK_REFUSED, error.strerror or type(error).__name__)
        return PackReason.DAMAGED
    taken = _with(known.get(signed.pack, PackMemory()), signed, name)
    _remember(memory, at.home, signed.pack, taken)
    memory.clear_alarm(PACK_REFUSED)
    return ""


def accept(memory: Memory, home: Home, pack: str) -> None:
    """From now on the newest version of this pack counts."""
    known = remembered(memory)[pack]
    accepted = replace(
        known, accepted=known.newest, accepted_content=known.content, declined_version=0
    )
    _remember(memory, home, pack, accepted)


def decline(memory: Memory, home: Home, pack: str) -> None:
    """The newest version does not count; one that was accepted before goes on counting."""
    known = remembered(memory)[pack]
    _remember(memory, home, pack, replace(known, declined_version=known.version))


def ask_again(memory: Memory, home: Home, pack: str) -> None:
    """What was kept is lost or changed: the controller sends the newest once more."""
    _remember(memory, home, pack, replace(remembered(memory)[pack], newest=""))


def _remember(memory: Memory, home: Home, pack: str, known: PackMemory) -> None:
    every = {**remembered(memory), pack: known}
    memory.keep(_FACT, msgspec.json.encode(every).decode())
    forget_packs(
        home, tuple(name for each in every.values() for name in (each.newest, each.accepted))
    )


def _signed(raw: bytes, receiver: Receiver) -> PolicyPack:
    opened = open_envelope(raw, {receiver.order_key.keyid: receiver.order_key})
    signed = decode_order(opened.kind, opened.payload)
    if not isinstance(signed, PolicyPack):
        raise WireError
    return signed


def _refusal(signed: PolicyPack, receiver: Receiver, memory: Memory, every: PackMemories) -> str:
    checkpoint = held(memory)
    if checkpoint is None or origin_of(signed.province) != checkpoint.origin:
        return PackReason.OTHER_PROVINCE
    if signed.pack not in every and len(every) >= MOST_PACKS:
        return PackReason.TOO_MANY
    known = every.get(signed.pack, PackMemory())
    again = signed.version == known.version and _content(signed) == known.content
    if signed.version <= known.version and not again:
        return PackReason.OLD_VERSION
    if signed.expires_at <= receiver.now:
        return PackReason.EXPIRED
    return ""


def _with(known: PackMemory, signed: PolicyPack, name: str) -> PackMemory:
    """What was accepted stays so when it only was signed for longer."""
    content = _content(signed)
    return replace(
        known,
        version=signed.version,
        newest=name,
        content=content,
        accepted=name if content == known.accepted_content else known.accepted,
    )


def _content(signed: PolicyPack) -> str:
    """What the pack says, whenever and however long it was signed."""
    same = replace(signed, issued_at=_NO_TIME, expires_at=_NO_TIME)
    return sha256(encode(same)).hexdigest()
