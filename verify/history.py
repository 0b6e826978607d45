"""The log's checkpoint: what it signs, what it leads to, and what others were shown before."""

from dataclasses import dataclass

from verify.faults import FaultCode, Findings, RemarkCode
from verify.opening import OpenPack
from verify.subchain import Subchain
from wire import checkpoint as checkpoints
from wire import merkle, pack
from wire.checkpoint import Checkpoint, Head
from wire.errors import DecodeError, SignatureError, WireError
from wire.keys import PublicKey
from wire.merkle import ProofError
from wire.pack import HeadLine, InclusionLine, WitnessLine

Paths = dict[int, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Checkpoints shown to others, and the proofs that lead from their sizes to this pack's."""

    lines: tuple[WitnessLine, ...]
    paths: Paths


def read_checkpoint(opened: OpenPack, log_key: PublicKey, findings: Findings) -> Checkpoint | None:
    """The checkpoint that everything is proved against, if the log key signed it."""
    try:
        text = opened.read(pack.CHECKPOINT, checkpoints.LIMIT_CHARACTERS * 4)
        return checkpoints.verify(text.decode(), log_key)
    except UnicodeDecodeError:
        findings.fault(pack.CHECKPOINT, FaultCode.CHECKPOINT, reason="no text")
    except (DecodeError, SignatureError) as error:
        reason = str(error.parameters["reason"])
        findings.fault(pack.CHECKPOINT, FaultCode.CHECKPOINT, reason=reason)
    return None


def judge_heads(
    opened: OpenPack, point: Checkpoint, chains: tuple[Subchain, ...], findings: Findings
) -> None:
    """Nothing newest is left out: the heads are those signed, and each chain ends at its own.

    All heads stand in the pack, so that no facility can have two; their sequences add up to
    the log's size, so that no entry stands in nobody's chain.
    """
    lines = [line for _, line in opened.lines(pack.HEADS, HeadLine, findings)]
    heads = {line.facility: Head(line.sequence, bytes.fromhex(line.leaf)) for line in lines}
    complete = sum(head.sequence for head in heads.values()) == point.size
    if len(heads) != len(lines) or checkpoints.heads_root(heads) != point.heads or not complete:
        findings.fault(pack.HEADS, FaultCode.HEADS_DIFFER)
    for chain in chains:
        head = heads.get(chain.facility, Head(0, b""))
        ends_there = chain.sequence == 0 or chain.previous == head.leaf.hex()
        if head.sequence != chain.sequence or not ends_there:
            name = pack.FACILITY if chain.facility else pack.PROVINCE
            findings.fault(
                name, FaultCode.NEWEST_MISSING, expected=head.sequence, found=chain.sequence
            )


def judge_inclusion(
    opened: OpenPack,
    point: Checkpoint,
    wanted: dict[int, str],
    findings: Findings,
) -> int:
    """Every wanted entry (log index -> leaf) stands in the signed tree. Number of proofs."""
    proved: set[int] = set()
    for where, line in opened.lines(pack.INCLUSION, InclusionLine, findings):
        if line.index not in wanted:
            findings.fault(where, FaultCode.PROOF_WRONG, index=line.index)
            continue
        leaf = bytes.fromhex(wanted[line.index])
        path = [bytes.fromhex(step) for step in line.path]
        try:
            merkle.verify_inclusion(leaf, line.index, point.size, path, point.root)
        except ProofError:
            findings.fault(where, FaultCode.PROOF_WRONG, index=line.index)
        proved.add(line.index)
    for index in sorted(set(wanted) - proved):
        findings.fault(pack.INCLUSION, FaultCode.PROOF_MISSING, index=index)
    return len(proved)


def read_witnesses(opened: OpenPack, findings: Findings) -> Witnessed:
    lines = tuple(line for _, line in opened.lines(pack.WITNESSES, WitnessLine, findings))
    paths: Paths = {}
    for line in lines:
        try:
            size = checkpoints.peek(line.checkpoint).size
        except DecodeError:
            continue  # judged below: a checkpoint that cannot be read
        paths[size] = tuple(bytes.fromhex(step) for step in line.path)
    return Witnessed(lines, paths)


def judge_witnesses(
    witnessed: Witnessed,
    held: dict[str, str],
    point: Checkpoint,
    log_key: PublicKey,
    findings: Findings,
) -> int:
    """What others were shown must begin what we are shown. Number of checkpoints compared.

    `held` are checkpoints named in signed statements of this facility's own agents: for
    those the controller could not choose to leave a proof out.
    """
    holders = {line.checkpoint: line.agent or "-" for line in witnessed.lines} | held
    compared = 0
    for text, holder in sorted(holders.items()):
        try:
            older = checkpoints.verify(text, log_key)
        except WireError:
            findings.remark(pack.WITNESSES, RemarkCode.WITNESS_UNREADABLE, agent=holder)
            continue
        judge_older(older, holder, point, witnessed.paths, findings)
        compared += 1
    if not held and not any(line.agent for line in witnessed.lines):
        findings.remark(pack.WITNESSES, RemarkCode.NO_WITNESS)
    return compared


def judge_older(
    older: Checkpoint, holder: str, point: Checkpoint, paths: Paths, findings: Findings
) -> None:
    """One older checkpoint begins this pack's log."""
    if older.size > point.size:
        findings.fault(
            pack.CHECKPOINT,
            FaultCode.LOG_SHORTENED,
            holder=holder,
            size=older.size,
            found=point.size,
        )
        return
    path = () if older.size in (0, point.size) else paths.get(older.size, ())
    try:
        merkle.verify_consistency(older.size, point.size, path, older.root, point.root)
    except ProofError:
        findings.fault(pack.WITNESSES, FaultCode.HISTORY_REWRITTEN, holder=holder, size=older.size)
