"""Whether a format's own promises hold: whole files are whole, encrypted ones are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.files.content_class import HEAD_BYTES, content_class
from agent.integrity.ransom.probe import _text
from agent.integrity.ransom.structure import JUDGES
from agent.integrity.ransom.structure.unpacking import MOST_UNPACKED, Unpacking
from tests.agent.integrity.ransom.forms import FORMS, seeded

_SOURCE = seeded(7)
_JUDGED = [extension for extension, (kind, _) in FORMS.items() if kind in JUDGES]
_SIZES = (3_000, 60_000, 1_300_000)


class Bytes:
    """A `View` of bytes."""

    def __init__(self, content: bytes, seed: float = 0.3) -> None:
        self.content, self.seed, self.size = content, seed, len(content)

    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length] if offset >= 0 else b""


def broken(content: bytes, extension: str) -> bool | None:
    return JUDGES[FORMS[extension][0]](Bytes(content))


def covered(content: bytes, start: int, end: int) -> bytes:
    return content[:start] + _SOURCE.randbytes(end - start) + content[end:]


@pytest.mark.parametrize("extension", _JUDGED)
@pytest.mark.parametrize("size", _SIZES)
def test_a_whole_file_is_whole(extension: str, size: int) -> None:
    assert not broken(FORMS[extension][1](_SOURCE, size), extension)


@pytest.mark.parametrize("extension", _JUDGED)
@pytest.mark.parametrize("size", _SIZES)
def test_all_but_the_header_encrypted_is_broken(extension: str, size: int) -> None:
    content = FORMS[extension][1](_SOURCE, size)
    assert broken(covered(content, 1024, len(content)), extension)


@pytest.mark.parametrize("extension", ["docx", "jpg", "png", "pdf", "dcm", "db"])
def test_every_sixteenth_block_encrypted_is_broken(extension: str) -> None:
    content = FORMS[extension][1](_SOURCE, 800_000)
    for start in range(16 * 4096, len(content) - 70_000, 16 * 4096):
        content = covered(content, start, start + 4096)
    assert broken(content, extension)


@pytest.mark.parametrize("extension", ["docx", "jpg", "png", "pdf", "dcm", "dcmz", "db"])
def test_the_last_part_alone_encrypted_is_broken(extension: str) -> None:
    content = FORMS[extension][1](_SOURCE, 300_000)
    assert broken(covered(content, len(content) - 80_000, len(content)), extension)


def test_a_pdf_with_one_stream_that_cannot_be_unpacked_is_broken() -> None:
    content = FORMS["pdf"][1](_SOURCE, 60_000)
    begin = content.index(b"stream\n") + 200
    assert broken(covered(content, begin, begin + 64), "pdf")


@pytest.mark.parametrize("extension", _JUDGED)
@given(cut=st.integers(min_value=0, max_value=4_000), junk=st.binary(max_size=600))
def test_any_bytes_are_judged_without_a_fault(extension: str, cut: int, junk: bytes) -> None:
    content = _WHOLE[extension]
    assert broken(content[:cut] + junk + content[cut + len(junk) :], extension) in {
        True,
        False,
        None,
    }


_WHOLE = {extension: FORMS[extension][1](seeded(9), 3_000) for extension in _JUDGED}


class Bomb:
    """Unpacks for ever."""

    eof = False
    unconsumed_tail = b"more"
    unpacked = 0

    def decompress(self, _packed: bytes, most: int, /) -> bytes:
        self.unpacked += most
        return bytes(most)


def test_a_bomb_is_left_alone() -> None:
    bomb, unpacking = Bomb(), Unpacking()
    assert unpacking.broken(bomb, b"begin", crc=1) is None
    assert bomb.unpacked <= MOST_UNPACKED
    assert unpacking.broken(bomb, b"begin") is None  # nor another one in the same file
    assert bomb.unpacked <= MOST_UNPACKED


def test_a_text_with_a_stretch_of_cipher_is_no_text() -> None:
    content = FORMS["txt"][1](_SOURCE, 500_000)
    assert _text(Bytes(content)).foreign == 0  # type: ignore[arg-type]
    assert _text(Bytes(covered(content, 200_000, 204_096))).foreign  # type: ignore[arg-type]


def test_the_beginning_of_what_is_covered_later_keeps_its_class() -> None:
    content = FORMS["docx"][1](_SOURCE, 60_000)
    hidden = covered(content, 1024, len(content))
    assert content_class(hidden[:HEAD_BYTES], len(hidden)) == "zip"
