"""A commitment to everything a snapshot holds: salted leaves under one root, in a walk's order.

A leaf is `SHA-256(0x00 | salt | SHA-256(path) | size as 8 bytes, big-endian | SHA-256(content))`:
without the salt, which only the facility can make, it tells nothing about name or content.

Source: evidence-proofs.md, P4; RFC 6962, section 2.1.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from wire.merkle import (
    Frontier,
    append_nodes,
    inclusion_proof_from,
    leaf_hash,
)

MANIFEST_ID_BYTES = 16
_SIZE_BYTES = 8
_HMAC_BLOCK = 64  # of SHA-256


class Entry(NamedTuple):
    """One file: its path as the snapshot names it, its size, SHA-256 of its content."""

    path: bytes
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is signed and logged of a manifest."""

    manifest_id: str
    root: bytes
    leaves: int
    bytes: int


def new_manifest_id(entropy: Callable[[int], bytes]) -> str:
    """A fresh id for every manifest, so that equal files have other leaves in each."""
    return entropy(MANIFEST_ID_BYTES).hex()


def salt(salt_key: bytes, manifest_id: str, index: int) -> bytes:
    """HMAC(K_s, manifest_id | index)."""
    return hmac.digest(salt_key, f"{manifest_id}|{index}".encode(), "sha256")


def salter(salt_key: bytes, manifest_id: str) -> Callable[[int], bytes]:
    """`salt` for many indexes: the key's part of HMAC (RFC 2104) is done once."""
    block = salt_key.ljust(_HMAC_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block) + f"{manifest_id}|".encode())
    outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def salt_of(index: int) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(b"%d" % index)
        around.update(within.digest())
        return around.digest()

    if len(salt_key) > _HMAC_BLOCK:
        return lambda index: salt(salt_key, manifest_id, index)
    return salt_of


def leaf(entry: Entry, leaf_salt: bytes) -> bytes:
    """The leaf hash of one file."""
    path = sha256(entry.path).digest()
    return leaf_hash(leaf_salt + path + entry.size.to_bytes(_SIZE_BYTES, "big") + entry.sha256)


def leaves(entries: Iterable[Entry], salt_key: bytes, manifest_id: str) -> Iterator[bytes]:
    """The leaf hashes of entries in a walk's order (`manifest_file`); the place is the index."""
    salt_of = salter(salt_key, manifest_id)
    for index, entry in enumerate(entries):
        yield leaf(entry, salt_of(index))


def commit(entries: Iterable[Entry], salt_key: bytes, manifest_id: str) -> Commitment:
    """Commit to entries in a walk's order, in one pass and constant memory."""
    size = 0

    def counted() -> Iterator[Entry]:
        nonlocal size
        for entry in entries:
            size += entry.size
            yield entry

    frontier = Frontier().append_all(leaves(counted(), salt_key, manifest_id))
    return Commitment(manifest_id, frontier.root(), frontier.size, size)


def membership_paths(
    leaf_hashes: Iterable[bytes], size: int, indexes: Sequence[int]
) -> dict[int, tuple[bytes, ...]]:
    """The audit paths of some leaves in one pass: only the nodes on their ways are kept.

    Args:
        leaf_hashes: all leaf hashes in order.
        size: how many there are.
        indexes: the leaves to prove.

    Raises:
        ProofError: an index lies outside the tree.
    """
    wanted: set[tuple[int, int]] = set()

    def note(level: int, position: int) -> bytes:
        wanted.add((level, position))
        return b""

    for index in indexes:
        inclusion_proof_from(note, index, size)
    kept: dict[tuple[int, int], bytes] = {}
    frontier = Frontier()
    for leaf_bytes in leaf_hashes:
        for level, position, node in append_nodes(frontier, leaf_bytes):
            if (level, position) in wanted:
                kept[level, position] = node
        frontier = frontier.append(leaf_bytes)

    def read(level: int, position: int) -> bytes:
        return kept[level, position]

    return {index: tuple(inclusion_proof_from(read, index, size)) for index in indexes}
