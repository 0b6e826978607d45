"""What the tests of `wire` share: a seeded source of randomness, keys, headers."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from wire.header import FIRST_PREVIOUS, Header
from wire.keys import SigningKey


@pytest.fixture
def entropy() -> Callable[[int], bytes]:
    return random.Random(7).randbytes  # noqa: S311 - tests must repeat


@pytest.fixture
def key(entropy: Callable[[int], bytes]) -> SigningKey:
    return SigningKey.generate(entropy)


@pytest.fixture
def other_key(entropy: Callable[[int], bytes]) -> SigningKey:
    entropy(64)
    return SigningKey.generate(entropy)


@pytest.fixture
def header() -> Header:
    return Header(
        agent="a1",
        facility="GL-BVDK",
        host="fs1",
        systems=("FS-01",),
        incarnation="i1",
        sequence=1,
        previous=FIRST_PREVIOUS,
        made_at=datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
        boot_id="b1",
    )
