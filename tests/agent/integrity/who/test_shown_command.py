"""A command as it is shown: no secret of it, and no more than 512 bytes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrity.who.command import LONGEST_BYTES, shown_command

UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
SECRET = "Tr0ng-s4ng.B1en"  # noqa: S105 - no secret of anybody's


def arguments(*words: str) -> bytes:
    return b"".join(word.encode() + b"\0" for word in words)


@pytest.mark.parametrize(
    "words",
    [
        ("mysql", f"-p{SECRET}", "his"),
        ("mysqldump", f"--password={SECRET}", "his"),
        ("mariadb", "--password", SECRET),
        ("sshpass", "-p", SECRET, "ssh", "a@b"),
        ("sshpass", f"-p{SECRET}", "ssh", "a@b"),
        ("sh", "-c", f"mysql -u root --password '{SECRET} {SECRET}' his"),
        ("sh", "-c", f'PGPASSWORD="{SECRET} {SECRET}" psql -h x'),
        ("sh", "-c", f"mysql -u root -p{SECRET}"),
        ("env", f"RESTIC_PASSWORD={SECRET}", "restic", "backup"),
        ("env", f"AWS_SECRET_ACCESS_KEY={SECRET}", "aws"),
        ("curl", "-u", f"bob:{SECRET}", "https://x.example/y"),
        ("curl", f"-ubob:{SECRET}", "https://x.example/y"),
        ("curl", f"https://bob:{SECRET}@x.example/y"),
        ("curl", f"https://bob:{SECRET}/@{SECRET}@x.example/y"),
        ("curl", "-H", f"Authorization: Bearer {SECRET}"),
        ("curl", "-H", f"X-Api-Key: {SECRET} {SECRET}"),
        ("curl", "-d", f'{{"user": "bob", "password": "{SECRET}"}}'),
        ("wget", f"--http-password={SECRET}", "https://x.example"),
        ("rsync", "-a", f"bob:{SECRET}@host.example::module", "."),
        ("smbclient", "//a/b", "-U", f"bob%{SECRET}"),
        ("smbclient", "//a/b", f"--user=bob%{SECRET}"),
        ("mount", "-t", "cifs", "-o", f"username=bob,password={SECRET},uid=0", "//a/b", "/m"),
        ("openssl", "enc", "-k", SECRET, "-in", "f"),
        ("openssl", "enc", "-pass", f"pass:{SECRET}", "-in", "f"),
        ("redis-cli", "-h", "x", "-a", SECRET, "get", "k"),
        ("ldapsearch", "-x", "-D", "cn=a", "-w", SECRET),
        ("unzip", "-P", SECRET, "f.zip"),
        ("7z", "x", f"-p{SECRET}", "f.7z"),
        ("docker", "login", "-u", "bob", "-p", SECRET, "r.example"),
        ("tool", "--token", SECRET),
        ("tool", "--api-key", SECRET),
        ("tool", f"--secret_key={SECRET}"),
        ("tool", f"--client-secret={SECRET}", "x"),
        ("tool", f"mật-khẩu={SECRET}"),
        ("tool", "ghp_" + "aB3" * 12),
        ("python3", "-c", f"connect(password='{SECRET}')"),
    ],
    ids=lambda words: " ".join(words)[:40].replace(SECRET[:10], "_"),
)
def test_a_secret_is_cut_out(words: tuple[str, ...]) -> None:
    shown = shown_command(arguments(*words))
    assert SECRET not in shown
    assert "aB3aB3" not in shown
    assert shown.startswith(words[0])


@pytest.mark.parametrize(
    "words",
    [
        ("rsync", "-a", "--delete", "/srv/share/", "/mnt/nas/"),
        ("scp", "a.txt", "bob@host.example:/srv/a.txt"),
        ("vi", "/srv/share/khoa nội/bệnh án.odt"),
        ("sh", "-c", "echo x > /srv/share/a; sleep 1"),
        ("mkdir", "-m", "700", "/srv/share/new"),
        ("cat", "/etc/passwd"),
    ],
    ids=lambda words: words[0],
)
def test_what_tells_of_no_secret_stays(words: tuple[str, ...]) -> None:
    assert shown_command(arguments(*words)) == " ".join(words)


@pytest.mark.parametrize(
    "secret",
    ["$6$muoi$Tr0ngs4ng", "{SSHA}Tr0ngs4ng", "eyJhbGci.eyJzdWIi.Tr0ng", "kJ8xQ2vL9mZ4rT7wB3nYc5"],
)
def test_a_secret_that_shows_itself_is_cut_out_wherever_it_stands(secret: str) -> None:
    assert shown_command(arguments("tool", secret, "x")) == "tool *** x"


def test_a_secret_that_was_cut_in_half_is_not_shown() -> None:
    """1,024 bytes of a command are read: the last word may be the half of an address."""
    begin = arguments("tool", "-p" + "x" * 1000)
    cut = (begin + f"bob:{SECRET}@host.example".encode())[:1024]
    assert cut.endswith(b"bob:Tr0ng-s4ng.B")
    assert shown_command(cut) == "tool -p*** …"


def test_control_characters_and_bytes_that_are_no_text_are_escaped() -> None:
    assert shown_command(b"a\x1b[2J\nb\0\xff\xfe\0") == "a\\x1b[2J\\nb \\xff\\xfe"


def test_nothing_is_nothing() -> None:
    assert shown_command(b"") == ""


@given(st.binary(max_size=1024))
def test_any_bytes_are_shown_within_the_bound(raw: bytes) -> None:
    shown = shown_command(raw)
    assert len(shown.encode()) <= LONGEST_BYTES
    assert not {unicodedata.category(character) for character in shown} & UNSAFE
