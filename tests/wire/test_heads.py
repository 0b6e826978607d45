"""A head on paper comes back as it was, however it is typed, and a mistyped one is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.heads import Chain, MistypedHeadError, PaperHead, paper_head, parse_head

LINK = "p0123456789abcdef0123456789abcdef"
HEADS = st.builds(
    paper_head,
    st.sampled_from(Chain),
    st.integers(0, 10**15 - 1),
    st.binary(min_size=16, max_size=32).map(bytes.hex),
)


@given(HEADS)
def test_a_head_comes_back_as_it_was(head: PaperHead) -> None:
    assert parse_head(str(head)) == head
    assert parse_head(str(head).lower().replace("-", " ")) == head


def test_it_fits_its_link_and_no_other() -> None:
    head = parse_head(str(paper_head(Chain.EVENTS, 12345, LINK)))
    assert head.fits(LINK)
    assert not head.fits(LINK.replace("p01", "p11"))
    assert str(head).startswith("E12345-")


def test_letters_that_look_alike_are_the_same() -> None:
    text = str(paper_head(Chain.BASELINES, 7, "p" + "00" * 16))
    assert "0000" in text
    assert parse_head(text.replace("0000", "OOoO", 1)) == parse_head(text)


@given(HEADS, st.data())
def test_a_mistyped_letter_is_refused_in_nearly_every_case(
    head: PaperHead, data: st.DataObject
) -> None:
    text = str(head)
    place = data.draw(st.integers(1, len(text) - 1).filter(lambda at: text[at] != "-"))
    other = data.draw(st.sampled_from("23456789").filter(lambda one: one != text[place]))
    typed = text[:place] + other + text[place + 1 :]
    try:
        assert parse_head(typed) != head
    except MistypedHeadError:
        return


def test_the_two_last_letters_tell_a_mistyped_head_from_a_changed_chain() -> None:
    text = str(paper_head(Chain.EVENTS, 12345, LINK))
    refused = 0
    for place in (1, 3, 8, 13, 18, 23):
        for letter in "23456789ABCDEFGH":
            if letter != text[place]:
                refused += _is_refused(text[:place] + letter + text[place + 1 :])
    assert refused >= 84


def _is_refused(text: str) -> bool:
    try:
        parse_head(text)
    except MistypedHeadError:
        return True
    return False


@pytest.mark.parametrize("text", ["", "E", "E1", "X1-0000-0000-0000-0000-00", "E1-0000", "E" * 90])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(MistypedHeadError):
        parse_head(text)
