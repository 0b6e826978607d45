"""The tree against the vectors published with the certificate-transparency reference code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from wire import merkle
from wire.errors import DecodeError
from wire.merkle import Frontier, ProofError, Tree

# google/certificate-transparency, merkle tree tests: inputs, roots by size, proofs.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [merkle.leaf_hash(data) for data in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
N01, N23, N47 = (
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
N0, N1, N4, N67, N45 = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
INCLUSION = [  # leaf index, size, path
    (0, 1, []),
    (0, 8, [N1, N23, N47]),
    (5, 8, [N4, N67, ROOTS[4]]),
    (2, 3, [N01]),
    (1, 5, [N0, N23, N4]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [N1, N23, N47]),
    (6, 8, [N45, N67, ROOTS[4]]),
    (2, 5, [N23, N4]),
]
SIZES = st.integers(1, 70)


def leaves_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]
    assert Tree(LEAVES[:size]).root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, path: list[str]) -> None:
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    assert [step.hex() for step in proof] == path
    merkle.verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int, path: list[str]) -> None:
    proof = merkle.consistency_proof(LEAVES[:new], old)
    assert [step.hex() for step in proof] == path
    old_root, new_root = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    merkle.verify_consistency(old, new, proof, old_root, new_root)


@given(SIZES, st.data())
def test_stored_nodes_give_the_proofs_that_the_leaves_give(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    stored, frontier = {}, Frontier()
    for leaf in leaves:
        stored.update(
            {(level, place): h for level, place, h in merkle.append_nodes(frontier, leaf)}
        )
        frontier = frontier.append(leaf)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))

    def read(level: int, place: int) -> bytes:
        return stored[level, place]

    inclusion = merkle.inclusion_proof_from(read, index, size)
    assert inclusion == merkle.inclusion_proof(leaves, index)
    merkle.verify_inclusion(leaves[index], index, size, inclusion, frontier.root())
    consistency = merkle.consistency_proof_from(read, old, size)
    merkle.verify_consistency(old, size, consistency, merkle.root(leaves[:old]), frontier.root())


@given(SIZES, st.data())
def test_an_independent_implementation_agrees(size: int, data: st.DataObject) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for number in range(size):
        theirs.append_entry(b"%d" % number)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    ours = Tree(leaves_of(size))
    assert ours.root() == theirs.get_root()
    assert theirs.get_root(old) == merkle.root(leaves_of(old))
    proof = theirs.prove_inclusion(index + 1, size)
    leaf = leaves_of(size)[index]
    assert [leaf, *ours.inclusion_proof(index)] == list(proof.path)


@given(SIZES, st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root(leaves)
    wrong = data.draw(st.integers(0, size).filter(lambda other: other != index))
    attempts = [
        (merkle.leaf_hash(b"other"), index, size, proof, root),
        (leaves[index], wrong, size, proof, root),
        (leaves[index], index, size, [*proof, leaves[0]], root),
        (leaves[index], index, size, proof, merkle.EMPTY_ROOT),
    ]
    attempts += [(leaves[index], index, size, proof[:-1], root)] if proof else []
    for attempt in attempts:
        with pytest.raises(ProofError):
            merkle.verify_inclusion(*attempt)


@given(st.integers(2, 70), st.data())
def test_a_rewritten_history_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves[:changed], merkle.leaf_hash(b"other"), *leaves[changed + 1 :]]
    proof = merkle.consistency_proof(rewritten, old)
    with pytest.raises(ProofError):
        merkle.verify_consistency(
            old, size, proof, merkle.root(leaves[:old]), merkle.root(rewritten)
        )
    with pytest.raises(ProofError):
        merkle.verify_consistency(size, old, proof, merkle.root(leaves), merkle.root(leaves[:old]))


def test_equal_sizes_with_other_roots_are_refused() -> None:
    with pytest.raises(ProofError):
        merkle.verify_consistency(8, 8, [], bytes.fromhex(ROOTS[8]), bytes.fromhex(ROOTS[7]))
    with pytest.raises(ProofError):
        merkle.verify_consistency(0, 8, [], bytes.fromhex(ROOTS[8]), bytes.fromhex(ROOTS[8]))
    with pytest.raises(ProofError):
        merkle.verify_consistency(3, 8, [], bytes.fromhex(ROOTS[3]), bytes.fromhex(ROOTS[8]))


@given(st.integers(0, 70))
def test_a_frontier_goes_on_growing_after_it_was_stored(size: int) -> None:
    stored = Frontier().append_all(leaves_of(size)).to_bytes()
    read = Frontier.from_bytes(stored)
    assert read.size == size
    assert read.append(LEAVES[0]).root() == merkle.root([*leaves_of(size), LEAVES[0]])


@given(st.binary(max_size=100))
def test_any_bytes_give_a_frontier_or_the_documented_error(raw: bytes) -> None:
    try:
        assert Frontier.from_bytes(raw).to_bytes() == raw
    except DecodeError:
        pass
    else:
        assert len(raw) >= 8


def test_no_proof_is_made_for_a_leaf_that_is_not_there() -> None:
    with pytest.raises(ProofError):
        merkle.inclusion_proof(LEAVES, 8)
    with pytest.raises(ProofError):
        merkle.consistency_proof(LEAVES, 9)
