"""Checkpoints: signed notes that bind the log and every facility's newest entry."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import checkpoint as cp
from wire import merkle
from wire.checkpoint import Checkpoint, Head
from wire.errors import DecodeError, SignatureError
from wire.keys import SigningKey

HEADS = {
    facility: Head(number, merkle.leaf_hash(facility.encode()))
    for number, facility in enumerate(("", "GL-BVDK", "GL-TTYT"), start=3)
}
CHECKPOINT = Checkpoint(
    origin=cp.origin_of("GIALAI"),
    size=12,
    root=merkle.leaf_hash(b"root"),
    heads=cp.heads_root(HEADS),
    at=datetime(2026, 11, 21, 3, 4, 5, 678901, tzinfo=UTC),
)


def test_a_checkpoint_has_the_lines_of_the_published_format(key: SigningKey) -> None:
    lines = cp.sign(CHECKPOINT, key).split("\n")
    assert lines[0:2] == ["lachan/GIALAI", "12"]
    assert lines[3].startswith("heads ")
    assert lines[4] == "at 2026-11-21T03:04:05.678901Z"
    assert lines[5] == ""
    assert lines[6].startswith("— lachan/GIALAI ")
    assert lines[7:] == [""]


def test_what_was_signed_is_read_back(key: SigningKey) -> None:
    assert cp.verify(cp.sign(CHECKPOINT, key), key.public) == CHECKPOINT
    assert cp.peek(cp.sign(CHECKPOINT, key)) == CHECKPOINT


def test_another_key_is_refused(key: SigningKey, other_key: SigningKey) -> None:
    with pytest.raises(SignatureError):
        cp.verify(cp.sign(CHECKPOINT, key), other_key.public)


def test_a_cosignature_of_a_witness_does_not_disturb(key: SigningKey) -> None:
    note = cp.sign(CHECKPOINT, key) + "— witness.example/w1 AAAAAAAA\n"
    assert cp.verify(note, key.public) == CHECKPOINT


def test_every_changed_character_is_refused(key: SigningKey) -> None:
    note = cp.sign(CHECKPOINT, key)
    for position, character in enumerate(note):
        changed = note[:position] + ("A" if character != "A" else "B") + note[position + 1 :]
        with pytest.raises((DecodeError, SignatureError)):
            cp.verify(changed, key.public)


@given(st.text(max_size=200))
def test_any_text_gives_the_documented_error(text: str) -> None:
    with pytest.raises(DecodeError):
        cp.peek(text)


def test_an_impossible_time_gives_the_documented_error(key: SigningKey) -> None:
    for at in ("2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "------------------Z"):
        note = cp.sign(CHECKPOINT, key).replace("2026-11-21T03:04:05.678901Z", at)
        with pytest.raises((DecodeError, SignatureError)):
            cp.verify(note, key.public)


def test_an_origin_with_a_line_break_is_never_signed(key: SigningKey) -> None:
    broken = Checkpoint("a\nb", 1, CHECKPOINT.root, CHECKPOINT.heads, CHECKPOINT.at)
    with pytest.raises(DecodeError):
        cp.sign(broken, key)


def test_every_facilitys_newest_entry_is_bound_by_the_heads_root() -> None:
    for facility, head in HEADS.items():
        index, proof = cp.heads_inclusion_proof(HEADS, facility)
        leaf = cp.heads_leaf(facility, head)
        merkle.verify_inclusion(leaf, index, len(HEADS), proof, CHECKPOINT.heads)
        older = HEADS | {facility: Head(head.sequence - 1, head.leaf)}
        assert cp.heads_root(older) != CHECKPOINT.heads


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_any_moment_survives(naive: datetime) -> None:
    key = SigningKey.from_bytes(bytes(32))
    at = naive.replace(tzinfo=UTC) + timedelta(0)
    moved = Checkpoint("o", 1, CHECKPOINT.root, CHECKPOINT.heads, at)
    assert cp.verify(cp.sign(moved, key), key.public).at == at
