"""The chain of one agent: gaps, forks, replays, clones and tombstones."""

from collections.abc import Callable

import msgspec
import pytest

from wire import chain, codec, envelope
from wire.chain import ChainError, ChainState, ClonedError, ForkError, GapError, ReplayError
from wire.header import Header
from wire.keys import SigningKey
from wire.messages import Body, Gap, Incarnation, Tombstone

Sealed = tuple[Header, str, str]  # header, link digest, kind
Seal = Callable[..., Sealed]


@pytest.fixture
def seal(header: Header, key: SigningKey) -> Seal:
    """Seal a statement behind `state`, as an outbox does."""

    def sealed(
        state: ChainState | None, body: Body | None = None, incarnation: str = "i1"
    ) -> Sealed:
        kind = "gap" if state else "incarnation"
        body = body or (Gap("outbox", "lost") if state else Incarnation("first"))
        kind = "tombstone" if isinstance(body, Tombstone) else kind
        place = msgspec.structs.replace(
            header,
            incarnation=incarnation,
            sequence=state.sequence + 1 if state else 1,
            previous=state.head if state else header.previous,
        )
        raw = envelope.seal(kind, codec.encode_statement(place, body), key)
        return place, chain.link_digest(raw, body), kind

    return sealed


@pytest.fixture
def two(seal: Seal) -> ChainState:
    """A chain of two statements."""
    first = chain.accept(None, *seal(None))
    return chain.accept(first, *seal(first))


def test_statements_in_order_are_taken(two: ChainState) -> None:
    assert (two.incarnation, two.sequence) == ("i1", 2)


def test_a_missing_statement_is_a_gap(seal: Seal, two: ChainState) -> None:
    third = chain.accept(two, *seal(two))
    with pytest.raises(GapError) as caught:
        chain.accept(two, *seal(third))
    assert caught.value.parameters["expected"] == 3


def test_a_chain_that_does_not_begin_at_its_beginning_is_a_gap(seal: Seal, two: ChainState) -> None:
    with pytest.raises(GapError):
        chain.accept(None, *seal(two))


def test_the_newest_statement_again_changes_nothing(seal: Seal) -> None:
    sent = seal(None)
    first = chain.accept(None, *sent)
    assert chain.accept(first, *sent) is first


def test_an_older_statement_again_is_known_by_its_stored_digest(
    seal: Seal, two: ChainState
) -> None:
    header, link, kind = seal(None)
    assert chain.accept(two, header, link, kind, link) is two
    with pytest.raises(ForkError):
        chain.accept(two, header, link, kind, "0" * 64)


def test_two_statements_at_one_place_are_a_fork(seal: Seal) -> None:
    first = chain.accept(None, *seal(None))
    second = chain.accept(first, *seal(first))
    with pytest.raises(ForkError):
        chain.accept(second, *seal(first, Gap("journal", "lost")))


def test_a_statement_that_links_to_another_past_is_a_fork(seal: Seal, two: ChainState) -> None:
    elsewhere = ChainState("i1", 2, "f" * 64)
    with pytest.raises(ForkError):
        chain.accept(two, *seal(elsewhere))


def test_an_old_statement_without_its_stored_digest_is_a_replay(
    seal: Seal, two: ChainState
) -> None:
    third = chain.accept(two, *seal(two))
    with pytest.raises(ReplayError):
        chain.accept(third, *seal(ChainState("i1", 1, "f" * 64)))


def test_a_new_incarnation_opens_with_its_own_statement(seal: Seal, two: ChainState) -> None:
    opened = chain.accept(two, *seal(None, Incarnation("restored", "i1", two.head), "i2"))
    assert opened.incarnation == "i2"
    assert opened.sequence == 1


def test_the_old_incarnation_that_goes_on_speaking_is_a_clone(seal: Seal, two: ChainState) -> None:
    opened = chain.accept(two, *seal(None, Incarnation("restored"), "i2"))
    with pytest.raises(ClonedError):
        chain.accept(opened, *seal(two))


def test_an_incarnation_that_nobody_opened_is_a_clone(seal: Seal, two: ChainState) -> None:
    with pytest.raises(ClonedError):
        chain.accept(two, *seal(two, incarnation="i9"))


def test_only_an_incarnation_statement_opens_a_chain(seal: Seal) -> None:
    header, link, _kind = seal(None)
    with pytest.raises(ChainError):
        chain.accept(None, header, link, "gap")
    with pytest.raises(ChainError):
        chain.accept(None, msgspec.structs.replace(header, previous="f" * 64), link, "incarnation")
    with pytest.raises(ChainError):
        chain.accept(None, msgspec.structs.replace(header, sequence=0), link, "incarnation")


def test_an_incarnation_cannot_be_opened_in_the_middle(seal: Seal, two: ChainState) -> None:
    header, link, _kind = seal(two)
    with pytest.raises(ChainError):
        chain.accept(two, header, link, "incarnation")


def test_a_tombstone_takes_the_place_and_the_digest_of_what_was_dropped(
    seal: Seal, two: ChainState
) -> None:
    dropped = seal(two)
    after = chain.accept(two, *dropped)
    tombstone = seal(two, Tombstone("findings", dropped[1], "too_large"))
    buried = chain.accept(two, *tombstone)
    assert buried == after
    assert chain.accept(buried, *seal(after)).sequence == 4
