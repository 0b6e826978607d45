"""Requests, tokens, pseudonyms, log entries: small parts that both ends must agree on."""

import contextlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import log_entry, merkle, pseudonym, request, token
from wire.acts import ActStatement, AlertCleared, PolicyAdopted
from wire.errors import DecodeError, SignatureError
from wire.keys import SigningKey
from wire.log_entry import LogEntry
from wire.request import Headers, Request

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ASKED = Request.of("POST", "soc.syt.example:8443", "/v1/heartbeat?size=7", b"body")
UNSIGNED = Headers("a1", NOW, "n0123456789abcdef")
TOKEN = token.Token(
    url="https://soc.syt.example:8443",
    facility="GL-BVDK",
    expires_at=NOW,
    secret="s3cretOfTheToken",  # noqa: S106 - an example
    ca_pin="a" * 64,
    order_key="A" * 43 + "=",
    log_key="B" * 43 + "=",
)


def test_a_signed_request_is_recognised_after_its_journey(key: SigningKey) -> None:
    sent = request.sign(ASKED, UNSIGNED, key).to_dict()
    received = request.headers_from({name.lower(): value for name, value in sent.items()})
    request.verify(ASKED, received, key.public)


@pytest.mark.parametrize(
    "asked",
    [
        Request.of("GET", ASKED.host, ASKED.path_with_query, b"body"),
        Request.of(ASKED.method, "other.example", ASKED.path_with_query, b"body"),
        Request.of(ASKED.method, ASKED.host, "/v1/heartbeat?size=8", b"body"),
        Request.of(ASKED.method, ASKED.host, ASKED.path_with_query, b"other"),
    ],
)
def test_a_request_with_any_other_part_is_refused(key: SigningKey, asked: Request) -> None:
    with pytest.raises(SignatureError):
        request.verify(asked, request.sign(ASKED, UNSIGNED, key), key.public)


@pytest.mark.parametrize(
    "changes",
    [{"agent": "a2"}, {"time": NOW + timedelta(seconds=1)}, {"nonce": "m"}, {"signature": "AAAA"}],
)
def test_a_request_with_any_other_header_is_refused(
    key: SigningKey, changes: dict[str, object]
) -> None:
    signed = request.sign(ASKED, UNSIGNED, key)
    with pytest.raises(SignatureError):
        request.verify(ASKED, msgspec.structs.replace(signed, **changes), key.public)


def test_values_cannot_be_moved_between_lines(key: SigningKey) -> None:
    with pytest.raises(DecodeError):
        request.sign(Request("GET", "a\nb", "/", "0" * 64), UNSIGNED, key)


@given(st.dictionaries(st.sampled_from([*UNSIGNED.to_dict(), "Host"]), st.text(max_size=40)))
def test_any_headers_give_a_value_or_the_documented_error(received: dict[str, str]) -> None:
    with contextlib.suppress(DecodeError):
        assert request.headers_from(received).nonce


def test_five_minutes_are_fresh_and_more_is_not() -> None:
    assert request.is_fresh(NOW, NOW + timedelta(minutes=5))
    assert request.is_fresh(NOW, NOW - timedelta(minutes=5))
    assert not request.is_fresh(NOW, NOW + timedelta(minutes=5, seconds=1))
    assert not request.is_fresh(NOW, NOW - timedelta(minutes=5, seconds=1))


def test_the_controllers_time_holds_for_its_nonce_only(key: SigningKey) -> None:
    signature = request.sign_time(NOW, "n1", key)
    request.verify_time(request.parse_time(request.time_text(NOW)), "n1", signature, key.public)
    for time, nonce in ((NOW, "n2"), (NOW + timedelta(seconds=1), "n1")):
        with pytest.raises(SignatureError):
            request.verify_time(time, nonce, signature, key.public)


@given(st.text(max_size=40))
def test_any_text_gives_a_time_or_the_documented_error(text: str) -> None:
    with contextlib.suppress(DecodeError):
        assert request.parse_time(text).tzinfo is UTC


def test_a_token_survives_copy_and_paste() -> None:
    line = token.print_token(TOKEN)
    assert line.startswith("LACHAN1.")
    assert token.parse_token(f"  {line}\r\n") == TOKEN


def test_a_token_does_not_print_its_secret() -> None:
    assert TOKEN.secret not in repr(TOKEN)
    damaged = token.print_token(TOKEN)[:-9]
    with pytest.raises(DecodeError) as caught:
        token.parse_token(damaged)
    assert damaged[8:40] not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.text(max_size=200), st.booleans())
def test_any_text_gives_a_token_or_the_documented_error(text: str, prefixed: bool) -> None:
    with pytest.raises(DecodeError):
        token.parse_token("LACHAN1." + text if prefixed else text)


def test_a_pseudonym_depends_on_key_purpose_and_value() -> None:
    name = pseudonym.pseudonym(b"k" * 32, "path", b"/srv")
    others = {
        pseudonym.pseudonym(b"l" * 32, "path", b"/srv"),
        pseudonym.pseudonym(b"k" * 32, "dataset", b"/srv"),
        pseudonym.pseudonym(b"k" * 32, "path", b"/srv2"),
        pseudonym.keyed_answer(b"k" * 32, "n", 1, b"c" * 32),
        pseudonym.keyed_answer(b"k" * 32, "n", 2, b"c" * 32),
        pseudonym.keyed_answer(b"k" * 32, "m", 1, b"c" * 32),
    }
    assert name not in others
    assert len(others) == 6
    assert len(name) == 33


def test_a_log_entry_is_hashed_over_its_one_byte_form() -> None:
    entry = LogEntry(1, 1_700_000_000_000, "GL-BVDK", 1, "0" * 64, "gap", "a" * 64)
    raw = log_entry.entry_bytes(entry)
    assert raw == (b'[1,1700000000000,"GL-BVDK",1,"' + b"0" * 64 + b'","gap","' + b"a" * 64 + b'"]')
    assert log_entry.parse_entry(raw) == entry
    assert log_entry.leaf(entry) == merkle.leaf_hash(raw)


def test_an_act_stands_in_the_chain_of_its_facility() -> None:
    assert log_entry.facility_of_act(ActStatement("c", NOW, AlertCleared("x", "GL"))) == "GL"
    adopted = ActStatement("c", NOW, PolicyAdopted("p", "0" * 64))
    assert log_entry.facility_of_act(adopted) == log_entry.PROVINCE
