"""Where trust begins inside a pack: the log's first entry names the keys of the controller."""

from dataclasses import dataclass

from verify.faults import FaultCode, Findings
from verify.opening import OpenPack
from wire import pack
from wire.acts import LogOpened
from wire.checkpoint import LIMIT_CHARACTERS
from wire.codec import decode_act, decode_as
from wire.envelope import open_envelope, peek_payload
from wire.errors import DecodeError, WireError
from wire.keys import PublicKey
from wire.pack import EntryLine, PackStatement

_BYTES_A_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Foundation:
    """The keys that everything in the pack is checked with, and its signed checkpoint's text."""

    province: str
    name: str
    order_key: PublicKey
    log_key: PublicKey
    note: str


def read_foundation(opened: OpenPack, findings: Findings) -> Foundation | None:
    """Read the keys; that they belong to the log is proved by the province's chain."""
    first = next(opened.lines(pack.PROVINCE, EntryLine, findings), None)
    if first is None:
        findings.fault(pack.PROVINCE, FaultCode.FOUNDATION, reason="NO_ENTRY")
        return None
    where, line = first
    try:
        raw = line.envelope.encode()
        act = decode_act(peek_payload(raw)).act
        if not isinstance(act, LogOpened) or line.index:
            findings.fault(where, FaultCode.FOUNDATION, reason="NOT_LOG_OPENED")
            return None
        order_key = PublicKey.from_base64(act.order_key)
        open_envelope(raw, {order_key.keyid: order_key})
        note = opened.read(pack.CHECKPOINT, LIMIT_CHARACTERS * _BYTES_A_CHARACTER)
        log_key = PublicKey.from_base64(act.log_key)
        return Foundation(
            act.province, act.name, order_key, log_key, note.decode("utf-8", "replace")
        )
    except WireError as error:
        reason = str(error.parameters.get("reason", ""))
        findings.fault(where, FaultCode.FOUNDATION, reason=reason)
        return None


def read_statement(
    opened: OpenPack, order_key: PublicKey, findings: Findings
) -> PackStatement | None:
    """What the controller signed for this pack: every file must still be the one it signed."""
    try:
        raw = opened.read(pack.STATEMENT)
        signed = open_envelope(raw, {order_key.keyid: order_key})
        if signed.kind != pack.KIND:
            raise DecodeError(kind=pack.STATEMENT, reason=signed.kind)
        statement = decode_as(PackStatement, signed.payload)
    except WireError as error:
        reason = str(error.parameters.get("reason", ""))
        findings.fault(pack.STATEMENT, FaultCode.PACK_SIGNATURE, reason=reason)
        return None
    _judge_files(opened, statement, findings)
    return statement


def _judge_files(opened: OpenPack, statement: PackStatement, findings: Findings) -> None:
    there = set(opened.members) - {pack.STATEMENT}
    for name in sorted((set(statement.files) | set(pack.ALWAYS)) - there):
        findings.fault(name, FaultCode.FILE_MISSING, name=name)
    for name in sorted(there - set(statement.files)):
        findings.fault(name, FaultCode.FILE_UNEXPECTED, name=name)
    for name in sorted(there & set(statement.files)):
        if opened.sha256(name) != statement.files[name]:
            findings.fault(name, FaultCode.FILE_CHANGED, name=name)
