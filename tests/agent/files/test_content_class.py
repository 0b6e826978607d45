"""What the first bytes of a file say."""

import base64
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.files.content_class import HEAD_BYTES, content_class
from tests.agent.integrity.ransom.forms import FORMS, seeded

_SOURCE = seeded(5)


def of(content: bytes) -> str:
    return content_class(content[:HEAD_BYTES], len(content))


@pytest.mark.parametrize("extension", FORMS)
def test_each_format_has_its_class(extension: str) -> None:
    expected, make = FORMS[extension]
    for size in (600, 5_000, 70_000):
        assert of(make(_SOURCE, size)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"\0" * 5000, "zeros"),
        ("Đơn thuốc".encode() * 100, "text"),
        ("Đơn thuốc cũ".encode("utf-16"), "text"),
        (b"BMW;Toyota;Honda\n" * 40, "text"),
        (b"PACKAGE list\n" * 40, "text"),
        (b"xin ch\xb5o c\xb8c b\xb9n \xae\xc5n b\xd6nh vi\xd6n\n" * 20, "old_text"),  # TCVN3
        (base64.encodebytes(_SOURCE.randbytes(900)), "encoded"),
        (b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(b"x" * 600), "text"),
        (_SOURCE.randbytes(4096), "random"),
        (_SOURCE.randbytes(100), "random"),
        (_SOURCE.randbytes(20), "unknown"),
        (b"Salted__" + _SOURCE.randbytes(900), "openssl"),
        (b"\x8c\x0d\x04\x09\x03\x02" + _SOURCE.randbytes(900), "pgp"),
        (b"PK\3\4\x33\0\1\0\x63\0" + _SOURCE.randbytes(900), "zip_locked"),
        (b"\x78\x9c" + _SOURCE.randbytes(900), "zlib"),
        (bytes(257) + b"ustar\0" + bytes(400), "tar"),
        (b"\xeb\x58\x90-FVE-FS-" + bytes(600), "disk"),
    ],
)
def test_what_is_there_is_named(content: bytes, expected: str) -> None:
    assert of(content) == expected


def test_random_bytes_are_hardly_ever_anything_else() -> None:
    found = [of(_SOURCE.randbytes(2000)) for _ in range(3000)]
    assert found.count("random") >= 2970


def test_a_byte_turned_by_a_constant_is_no_text() -> None:
    written = FORMS["txt"][1](_SOURCE, 3000)
    for key in (0x20, 0x55, 0x80, 0xA7, 0xFF):
        assert of(bytes(byte ^ key for byte in written)) in {"unknown", "random", "old_text"}


def test_a_character_cut_at_the_end_of_the_head_is_text() -> None:
    for cut in range(1, 4):
        assert of(b"a" * (HEAD_BYTES - cut) + "ộ".encode() * 400) == "text"


@given(st.binary(max_size=700), st.integers(min_value=0, max_value=1 << 40))
def test_any_bytes_have_a_class(head: bytes, size: int) -> None:
    found = content_class(head, size)
    assert found
    assert found.isascii()


def test_it_costs_microseconds() -> None:
    heads = [make(_SOURCE, 4000)[:HEAD_BYTES] for _, make in FORMS.values()]
    took = min(timeit.repeat(lambda: [content_class(head, 4000) for head in heads], number=50))
    assert took / 50 / len(heads) < 40e-6  # 2 µs on a quiet machine
