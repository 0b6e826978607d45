"""Envelopes: what was signed comes out, anything else is refused, others' tools agree."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.signer._crypto_signer import CryptoSigner
from securesystemslib.signer._key import SSlibKey

from wire import envelope
from wire.envelope import UnknownKeyError
from wire.errors import DecodeError, SignatureError
from wire.keys import PublicKey, SigningKey

PAYLOAD = b'{"hello":"world"}'


def test_the_pre_authentication_encoding_is_the_one_of_the_specification() -> None:
    pae = envelope.pae("http://example.com/HelloWorld", b"hello world")
    assert pae == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_what_was_sealed_comes_out_again(key: SigningKey) -> None:
    raw = envelope.seal("gap", PAYLOAD, key)
    opened = envelope.open_envelope(raw, {key.keyid: key.public})
    assert (opened.kind, opened.payload, opened.keyid) == ("gap", PAYLOAD, key.keyid)
    assert envelope.peek_keyid(raw) == key.keyid
    assert b"\n" not in raw


def test_a_key_that_nobody_knows_is_said(key: SigningKey, other_key: SigningKey) -> None:
    raw = envelope.seal("gap", PAYLOAD, key)
    with pytest.raises(UnknownKeyError):
        envelope.open_envelope(raw, {other_key.keyid: other_key.public})


def test_another_key_under_the_same_name_does_not_pass(
    key: SigningKey, other_key: SigningKey
) -> None:
    raw = envelope.seal("gap", PAYLOAD, other_key).replace(
        other_key.keyid.encode(), key.keyid.encode()
    )
    with pytest.raises(SignatureError):
        envelope.open_envelope(raw, {key.keyid: key.public})


def test_the_kind_is_signed_too(key: SigningKey) -> None:
    raw = envelope.seal("gap", PAYLOAD, key).replace(b"vnd.lachan.gap", b"vnd.lachan.inv")
    with pytest.raises(SignatureError):
        envelope.open_envelope(raw, {key.keyid: key.public})


def test_every_flipped_byte_is_refused_or_changes_nothing_signed(key: SigningKey) -> None:
    raw = envelope.seal("gap", PAYLOAD, key)
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        try:
            opened = envelope.open_envelope(changed, {key.keyid: key.public})
        except (DecodeError, SignatureError):
            continue
        assert (opened.kind, opened.payload) == ("gap", PAYLOAD)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_the_documented_error(raw: bytes) -> None:
    for read in (envelope.peek_keyid, envelope.peek_kind):
        with pytest.raises(DecodeError):
            read(raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"signatures": []},
        {"signatures": [{"sig": "AA=="}] * 9},
        {"payloadType": "text/plain"},
        {"payloadType": "application/vnd.lachan.GAP+json"},
        {"payload": "no base64!"},
    ],
)
def test_an_envelope_of_another_form_is_refused(
    key: SigningKey, changes: dict[str, object]
) -> None:
    whole = msgspec.json.decode(envelope.seal("gap", PAYLOAD, key))
    with pytest.raises(DecodeError):
        envelope.open_envelope(msgspec.json.encode(whole | changes), {key.keyid: key.public})


def test_securesystemslib_verifies_what_we_seal(key: SigningKey) -> None:
    theirs = TheirEnvelope.from_dict(msgspec.json.decode(envelope.seal("gap", PAYLOAD, key)))
    their_key = SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.public.raw.hex()})
    assert set(theirs.verify([their_key], 1)) == {key.keyid}


def test_we_open_what_securesystemslib_signs() -> None:
    signer = CryptoSigner.generate_ed25519()
    theirs = TheirEnvelope(PAYLOAD, envelope.payload_type("gap"), {})
    theirs.sign(signer)
    raw = msgspec.json.encode(theirs.to_dict())
    public = bytes.fromhex(signer.public_key.keyval["public"])
    ours = PublicKey.from_base64(base64.b64encode(public).decode())
    opened = envelope.open_envelope(raw, {signer.public_key.keyid: ours})
    assert opened.payload == PAYLOAD
