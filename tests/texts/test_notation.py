"""What is expected is said in the reader's language; settings stay what they are."""

from collections.abc import Iterator

import pytest

from texts.catalogue import use
from texts.notation import show_expected


@pytest.fixture
def vietnamese() -> Iterator[None]:
    use("vi")
    yield
    use("en")


@pytest.mark.usefixtures("vietnamese")
@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("kernel.kptr_restrict = 1 or 2", "kernel.kptr_restrict = 1 hoặc 2"),
        ("off: telnet.socket, inetd.service", "tắt: telnet.socket, inetd.service"),
        ("UMASK 027 or stricter", "UMASK 027 hoặc chặt hơn"),
        ("none with NOPASSWD", "không luật nào có NOPASSWD"),
        ("PermitRootLogin no", "PermitRootLogin no"),
    ],
)
def test_words_are_said_and_settings_stay(expected: str, shown: str) -> None:
    assert show_expected(expected) == shown


def test_in_english_nothing_changes() -> None:
    assert show_expected("none of nis, ypserv or stricter") == "none of nis, ypserv or stricter"
