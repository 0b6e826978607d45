"""Which key files restic would read: the rest keeps everybody out and goes."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sites.janitor.keys import is_key
from tests.agent.sites.janitor.store import KEY, another_key

WRONG: dict[str, dict[str, object]] = {
    "another salt": {"salt": "AAAA"},
    "a salt that is no base64": {"salt": "!" * 88},
    "data too short": {"data": "AAAA"},
    "a nonce of zeros": {"data": base64.b64encode(bytes(180)).decode()},
    "no moment": {"created": "yesterday"},
    "the 31st of February": {"created": "2026-02-31T00:00:00Z"},
    "a name that is a number": {"username": 1},
    "another function": {"kdf": "argon2"},
    "a field too many": {"extra": 1},
    "a field that Go takes for N": {"n": 1},
    "N of gigabytes": {"N": 1 << 30},
    "N that is no power of two": {"N": 30000},
    "N of one": {"N": 1},
    "p without end": {"p": 1 << 40},
    "r of nothing": {"r": 0},
    "N as a text": {"N": "32768"},
    "N as a fraction": {"N": 32768.0},
    "N as a truth": {"N": True},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_key_is_none(case: str) -> None:
    raw = json.dumps({**KEY, **WRONG[case]}).encode()
    assert not is_key(raw, len(raw))


def test_a_right_key_is_one() -> None:
    raw = another_key(1)
    assert is_key(raw, len(raw))
    assert not is_key(raw, 5000)
    assert not is_key(raw + b"{}", len(raw) + 2)


def test_a_field_that_stands_there_twice_makes_it_none() -> None:
    raw = json.dumps(KEY).replace('"N": 32768', '"N": 32768, "N": 32768').encode()
    assert not is_key(raw, len(raw))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_have_an_answer(raw: bytes) -> None:
    assert not is_key(raw, len(raw))
