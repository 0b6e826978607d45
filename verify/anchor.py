"""What the pack is held against: something that did not come with it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from verify.errors import AnchorUsageError, UnreadablePackError
from verify.faults import FaultCode, Findings, RemarkCode
from verify.foundation import Foundation, read_foundation
from verify.history import Paths, judge_older, read_checkpoint
from verify.opening import open_pack
from wire import checkpoint as checkpoints
from wire.checkpoint import Checkpoint
from wire.errors import DecodeError, WireError
from wire.keys import fingerprint, fingerprint_digits

LIMIT_BYTES = 64 * 1024
_ZIP_MAGIC = b"PK"
_FINGERPRINT = re.compile(r"(?:[0-9a-fA-F]{4}[ :-]?){15}[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Fingerprints of keys on paper, or a checkpoint from before; either may be missing."""

    shown: str
    fingerprints: frozenset[str] = field(default_factory=frozenset)
    note: str = ""  # a signed checkpoint


def read_anchor(given: str) -> Anchor:
    """Understand `--anchor`: 64 digits, a file with them, a checkpoint, or an earlier pack.

    Raises:
        AnchorUsageError: it is none of these.
    """
    path = Path(given)
    try:
        if path.is_file():
            return _from_file(path)
        return Anchor(given, frozenset({fingerprint_digits(given)}))
    except (OSError, DecodeError, UnicodeDecodeError, UnreadablePackError) as error:
        raise AnchorUsageError(anchor=given) from error


def judge_anchor(
    anchor: Anchor | None,
    foundation: Foundation,
    point: Checkpoint | None,
    paths: Paths,
    findings: Findings,
) -> bool:
    """Whether the pack's origin is proved; another origin than the anchor's is a fault."""
    if anchor is None or point is None:
        return False
    ours = {
        fingerprint_digits(fingerprint(key)) for key in (foundation.order_key, foundation.log_key)
    }
    if anchor.fingerprints and not anchor.fingerprints & ours:
        findings.fault("--anchor", FaultCode.ANCHOR_DIFFERS)
        return False
    return not anchor.note or _connected(anchor, foundation, point, paths, findings)


def _connected(
    anchor: Anchor, foundation: Foundation, point: Checkpoint, paths: Paths, findings: Findings
) -> bool:
    """The anchor's checkpoint is of this log, and this pack's log goes on from it."""
    try:
        older = checkpoints.verify(anchor.note, foundation.log_key)
    except WireError:
        findings.fault("--anchor", FaultCode.ANCHOR_DIFFERS)
        return False
    unconnected = older.size not in (0, point.size, *paths) and older.size < point.size
    newer = older.size > point.size and older.at > point.at
    if unconnected or newer:
        findings.remark("--anchor", RemarkCode.ANCHOR_UNCONNECTED, size=older.size)
        return False
    faults = len(findings.faults)
    judge_older(older, "--anchor", point, paths, findings)
    return len(findings.faults) == faults


def _from_file(path: Path) -> Anchor:
    with path.open("rb") as stream:
        raw = stream.read(LIMIT_BYTES)
    if raw.startswith(_ZIP_MAGIC):
        return _from_pack(path)
    text = raw.decode()
    found = {fingerprint_digits(match) for match in _FINGERPRINT.findall(text)}
    if found:
        return Anchor(str(path), frozenset(found))
    checkpoints.peek(text)
    return Anchor(str(path), note=text)


def _from_pack(path: Path) -> Anchor:
    """An earlier pack that was verified when it was taken: its keys and its checkpoint."""
    with open_pack(path) as opened:
        findings = Findings()
        foundation = read_foundation(opened, findings)
        point = foundation and read_checkpoint(opened, foundation.log_key, findings)
        if foundation is None or point is None:
            raise AnchorUsageError(anchor=str(path))
        key = fingerprint_digits(fingerprint(foundation.log_key))
        return Anchor(str(path), frozenset({key}), foundation.note)
