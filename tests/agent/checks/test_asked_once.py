"""During one look every question reaches the host once."""

import pytest

from agent.checks.asked_once import KEPT_CHARACTERS, AskedOnce
from agent.errors import UnreadableFactError
from tests.agent.checks.fake_host import FakeHost

TRANSCRIPT = "$ cat /a\none\n\n$ ls /d\nx y\n\n$ stat /a\n644 0 0 3 1 regular file\n\n$ id -u\n0\n"


def test_an_answer_is_kept() -> None:
    host = FakeHost(TRANSCRIPT)
    once = AskedOnce(host)
    for _ in range(3):
        assert once.read("/a") == "one\n"
        assert once.listing("/d") == ("x", "y")
        assert once.lstat("/a").mode == 0o644
        assert once.run(("id", "-u"), 5) == "0\n"
    assert host.asked == ["cat /a", "ls /d", "stat /a", "id -u"]


def test_a_refusal_is_kept_with_its_reason() -> None:
    host = FakeHost("$ cat /a\ncat: /a: Permission denied\n")
    once = AskedOnce(host)
    for _ in range(3):
        with pytest.raises(UnreadableFactError) as caught:
            once.read("/a")
        assert caught.value.reason == "denied"
    assert host.asked == ["cat /a"]


def test_another_limit_or_another_accepted_code_is_another_question() -> None:
    host = FakeHost("$ cat /a\none\n\n$ x\nno\n# exit 3\n")
    once = AskedOnce(host)
    once.read("/a", limit_bytes=1)
    once.read("/a", limit_bytes=2)
    assert once.run(("x",), 5, accept=(0, 3)) == "no\n"
    with pytest.raises(UnreadableFactError):
        once.run(("x",), 5)
    assert len(host.asked) == 4


def test_a_long_answer_is_not_kept() -> None:
    host = FakeHost("$ cat /a\n" + "x" * (KEPT_CHARACTERS + 1))
    once = AskedOnce(host)
    assert once.read("/a") == once.read("/a")
    assert len(host.asked) == 2
