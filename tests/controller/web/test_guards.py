from datetime import UTC, datetime, timedelta

import pytest
from starlette.datastructures import Headers

from controller.web.auth import passwords
from controller.web.auth.guards import same_origin
from controller.web.auth.throttle import FREE_TRIES, waits_until

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("GET", {}, True),
        ("GET", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "none"}, True),
        ("POST", {"sec-fetch-site": "same-site"}, False),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        (
            "POST",
            {
                "sec-fetch-site": "cross-site",
                "origin": "https://soc.example",
                "host": "soc.example",
            },
            False,
        ),
        ("POST", {"origin": "https://soc.example", "host": "soc.example"}, True),
        ("POST", {"origin": "http://soc.example", "host": "soc.example"}, False),
        ("POST", {"origin": "https://evil.example", "host": "soc.example"}, False),
        ("POST", {"origin": "null", "host": "soc.example"}, False),
        ("DELETE", {}, False),
        ("POST", {"host": "soc.example"}, False),
    ],
)
def test_only_our_own_pages_may_change_something(
    method: str, headers: dict[str, str], allowed: bool
) -> None:
    assert same_origin(method, Headers(headers)) is allowed


def test_five_failures_cost_nothing_then_the_wait_doubles_up_to_twelve_hours() -> None:
    waits = [waits_until(count, NOON) - NOON for count in range(FREE_TRIES + 20)]
    assert waits[:FREE_TRIES] == [timedelta(0)] * FREE_TRIES
    assert waits[FREE_TRIES : FREE_TRIES + 3] == [
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=2),
    ]
    assert waits[-1] == timedelta(hours=12)
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("mười bốn chữ cái", True),
        ("short", False),
        ("a" * 20, False),
        ("correct horse battery staple", True),
        ("x" * 300, False),
    ],
)
def test_a_weak_password_is_refused(password: str, fine: bool) -> None:
    assert passwords.acceptable(password) is fine


def test_a_hash_matches_its_password_only() -> None:
    stored = passwords.hashed("correct horse battery staple")
    assert passwords.matches(stored, "correct horse battery staple")
    assert not passwords.matches(stored, "correct horse battery stapl")
    assert not passwords.matches(None, "correct horse battery staple")
    assert not passwords.matches("not a hash", "correct horse battery staple")
