"""The spot challenge (D0): which files a nonce asks for, and what the answers prove.

The nonce comes after the commitment, and the indexes from the nonce, so that nobody chooses
which files are looked at. 459 files find damage of 1 % with 99 % confidence.

Source: evidence-proofs.md, P3 and P4: n = ln(1 - c) / ln(1 - p).
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from math import ceil, log

from wire.merkle import ProofError, verify_inclusion
from wire.recovery_messages import Drill, Manifest
from wire.verdicts import Cause

SAMPLE_SIZE = 459  # sample_size(damage=0.01, confidence=0.99)
_PURPOSE = b"lachan.d0/1"
_WORD_BYTES = 8
_WORDS = 1 << (8 * _WORD_BYTES)


def sample_size(damage: float, confidence: float) -> int:
    """How many random files show damage of this share with this confidence."""
    return ceil(log(1 - confidence) / log(1 - damage))


def sample_indexes(nonce: str, root: str, leaves: int, size: int = SAMPLE_SIZE) -> tuple[int, ...]:
    """The leaves that a nonce asks for, sorted; all of them when there are no more than `size`.

    Words of a SHA-256 stream over nonce, root and leaf count; a word from the incomplete last
    multiple of `leaves` is thrown away, so that no index is likelier than another.

    Args:
        nonce: the challenge, as its text.
        root: the committed root, in hex.
        leaves: how many leaves it has.
        size: how many to ask for.
    """
    if leaves <= size:
        return tuple(range(leaves))
    limit = _WORDS - _WORDS % leaves
    words = _words(nonce, root, leaves)
    chosen: set[int] = set()
    while len(chosen) < size:
        word = next(words)
        if word < limit:
            chosen.add(word % leaves)
    return tuple(sorted(chosen))


def _words(nonce: str, root: str, leaves: int) -> Iterator[int]:
    seed = sha256(b"\0".join((_PURPOSE, nonce.encode(), root.encode(), b"%d" % leaves))).digest()
    block = 0
    while True:
        words = sha256(seed + block.to_bytes(_WORD_BYTES, "big")).digest()
        for start in range(0, len(words), _WORD_BYTES):
            yield int.from_bytes(words[start : start + _WORD_BYTES], "big")
        block += 1


def challenge(
    nonce: str, root: str, leaves: int, always: Iterable[int] = (), size: int = SAMPLE_SIZE
) -> tuple[int, ...]:
    """The sample and what is always asked for: the largest, the newest, canaries, dumps."""
    return tuple(sorted({*sample_indexes(nonce, root, leaves, size), *always}))


def fault_of_membership(drill: Drill, committed: Manifest) -> Cause | None:
    """Whether every answer belongs to the commitment, seen by anyone who holds it.

    The content's own answer is keyed with the facility's key: here it is only seen to exist.
    """
    if not names_commitment(drill, committed):
        return Cause.CONTENT_DIFFERS
    root = bytes.fromhex(committed.root)
    for answer in drill.answers:
        path = [bytes.fromhex(node) for node in answer.path]
        leaf = bytes.fromhex(answer.leaf)
        try:
            verify_inclusion(leaf, answer.index, committed.leaves, path, root)
        except ProofError:
            return Cause.CONTENT_DIFFERS
    return None


def names_commitment(drill: Drill, committed: Manifest) -> bool:
    """Whether the drill was held against this very commitment."""
    said = (drill.manifest_id, drill.manifest_root, drill.manifest_leaves)
    return said == (committed.manifest_id, committed.root, committed.leaves)


def answers_all(drill: Drill, committed: Manifest) -> bool:
    """Whether every file that the nonce asks for was answered, each once and with content."""
    answered = [answer.index for answer in drill.answers]
    asked = sample_indexes(drill.nonce, committed.root, committed.leaves)
    whole = len(set(answered)) == len(answered) and set(asked) <= set(answered)
    return whole and all(answer.keyed is not None for answer in drill.answers)
