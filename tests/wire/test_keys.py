"""Keys and what people compare."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import DecodeError, SignatureError
from wire.keys import PublicKey, SigningKey, fingerprint, fingerprint_digits


def test_a_key_survives_its_file(key: SigningKey) -> None:
    again = SigningKey.from_bytes(key.to_bytes())
    assert PublicKey.from_base64(again.public.to_base64()) == key.public


def test_a_signature_holds_for_its_message_only(key: SigningKey, other_key: SigningKey) -> None:
    signature = key.sign(b"message")
    key.public.verify(signature, b"message")
    for public, message in ((key.public, b"other"), (other_key.public, b"message")):
        with pytest.raises(SignatureError):
            public.verify(signature, message)


def test_a_key_does_not_print_its_secret(entropy: Callable[[int], bytes]) -> None:
    key = SigningKey.generate(entropy)
    assert key.to_bytes().hex() not in repr(key)
    assert repr(key.to_bytes()) not in repr(key)


def test_a_fingerprint_can_be_typed_from_paper(key: SigningKey) -> None:
    text = fingerprint(key.public)
    assert len(text.split()) == 16
    assert fingerprint_digits(text.upper().replace(" ", "-")) == text.replace(" ", "")


@given(st.text(max_size=80))
def test_any_text_gives_a_key_or_the_documented_error(text: str) -> None:
    for read in (PublicKey.from_base64, fingerprint_digits):
        with pytest.raises(DecodeError):
            read(text)
