"""Merkle trees of RFC 6962: roots that grow, proofs of membership and of history.

Leaves are given as leaf hashes throughout. A stored tree keeps the root of every complete
subtree under (level, position): it covers leaves position·2^level to (position+1)·2^level.

Source: RFC 6962, section 2.1; verification as in RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from wire.errors import DecodeError, SignatureError
from wire.text import N_

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
_SIZE_BYTES = 8

Node = tuple[int, int, bytes]  # level, position, hash
NodeReader = Callable[[int, int], bytes]  # (level, position) -> hash


class ProofError(SignatureError):
    """A proof does not lead to the root that was signed."""

    message = N_("The {kind} does not hold: {reason}.")
    hint = N_("What it should prove is not in this log: keep these bytes for the inquiry.")


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What is needed to go on growing a tree: the roots of its complete subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        return self._grown(append_nodes(self, leaf))

    def append_all(self, leaves: Iterable[bytes]) -> Frontier:
        """Many leaves at once, some four times faster than one by one."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            position, current = size, leaf
            while position % 2:
                current = node_hash(hashes.pop(), current)
                position //= 2
            hashes.append(current)
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        *rest, root = self.hashes
        for left in reversed(rest):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Frontier:
        """Read what `to_bytes` wrote.

        Raises:
            DecodeError: anything else.
        """
        size = int.from_bytes(raw[:_SIZE_BYTES], "big")
        if len(raw) != _SIZE_BYTES + size.bit_count() * HASH_BYTES:
            raise DecodeError(
                kind=N_("frontier"), reason=f"{len(raw)} bytes do not fit size {size}"
            )
        starts = range(_SIZE_BYTES, len(raw), HASH_BYTES)
        return cls(size, tuple(raw[start : start + HASH_BYTES] for start in starts))

    def _grown(self, nodes: Sequence[Node]) -> Frontier:
        level, _, top = nodes[-1]
        kept = len(self.hashes) - level
        return Frontier(self.size + 1, (*self.hashes[:kept], top))


def append_nodes(frontier: Frontier, leaf: bytes) -> list[Node]:
    """Every complete subtree that one more leaf makes, itself first."""
    position, level, current = frontier.size, 0, leaf
    nodes = [(level, position, current)]
    for left in reversed(frontier.hashes):
        if position % 2 == 0:
            break
        position, level, current = position // 2, level + 1, node_hash(left, current)
        nodes.append((level, position, current))
    return nodes


class Tree:
    """A whole tree in memory (64 bytes a leaf), for many proofs from one set of leaves."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def node(self, level: int, position: int) -> bytes:
        return self._levels[level][position]

    def root(self) -> bytes:
        return _range_root(self.node, 0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        return inclusion_proof_from(self.node, index, self.size)


def root(leaves: Iterable[bytes]) -> bytes:
    return Frontier().append_all(leaves).root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    return Tree(leaves).inclusion_proof(index)


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    return consistency_proof_from(Tree(leaves).node, old_size, len(leaves))


def root_from(reader: NodeReader, size: int) -> bytes:
    """The root that a stored tree had when it was `size` leaves long."""
    return _range_root(reader, 0, size) if size else EMPTY_ROOT


def inclusion_proof_from(reader: NodeReader, index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of the first `size` leaves."""
    if not 0 <= index < size:
        raise ProofError(kind=N_("inclusion proof"), reason=f"no leaf {index} in a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(reader, middle, end))
            end = middle
        else:
            path.append(_range_root(reader, start, middle))
            start = middle
    return path[::-1]


def consistency_proof_from(reader: NodeReader, old_size: int, new_size: int) -> list[bytes]:
    """Proof that the tree of `old_size` leaves is the beginning of the one of `new_size`."""
    if not 0 <= old_size <= new_size:
        raise ProofError(kind=N_("consistency proof"), reason=f"from {old_size} to {new_size}")
    if old_size in (0, new_size):
        return []
    path = []
    start, end, whole = 0, new_size, True  # whole: the old tree is all of what is left of it
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(_range_root(reader, middle, end))
            end = middle
        else:
            path.append(_range_root(reader, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(reader, start, end))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> None:
    """Return when the leaf is at `index` of the tree with this root.

    Raises:
        ProofError: it is not.
    """
    if not 0 <= index < size:
        raise ProofError(kind=N_("inclusion proof"), reason=f"no leaf {index} in a tree of {size}")
    position, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError(kind=N_("inclusion proof"), reason="too long")
        if position % 2 or position == last:
            current = node_hash(sibling, current)
            while position % 2 == 0 and position:
                position, last = position // 2, last // 2
        else:
            current = node_hash(current, sibling)
        position, last = position // 2, last // 2
    if last or current != expected_root:
        raise ProofError(kind=N_("inclusion proof"), reason=f"leaf {index} is not under this root")


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Return when the older tree is the beginning of the newer one.

    Raises:
        ProofError: history was rewritten, or the proof is for other trees.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(kind=N_("consistency proof"), reason=f"from {old_size} to {new_size}")
    if old_size in (0, new_size):
        same = old_root == (EMPTY_ROOT if old_size == 0 else new_root)
        if proof or not same:
            raise ProofError(kind=N_("consistency proof"), reason="equal sizes, other roots")
        return
    nodes = list(proof) if old_size.bit_count() > 1 else [old_root, *proof]
    if _climb(old_size, new_size, nodes) != (old_root, new_root):
        raise ProofError(
            kind=N_("consistency proof"), reason=f"{old_size} does not begin {new_size}"
        )


def _climb(old_size: int, new_size: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots as the proof's nodes give them; None when their number is wrong."""
    if not nodes:
        return None
    position, last = old_size - 1, new_size - 1
    while position % 2:
        position, last = position // 2, last // 2
    old = new = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return None
        if position % 2 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while position % 2 == 0 and position:
                position, last = position // 2, last // 2
        else:
            new = node_hash(new, sibling)
        position, last = position // 2, last // 2
    return (old, new) if last == 0 else None


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(reader: NodeReader, start: int, end: int) -> bytes:
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return reader(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range_root(reader, start, middle), _range_root(reader, middle, end))
