"""No secret is shown, in whatever way a file holds it; what is no secret stays readable."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.integrity.diff.masking import masked, naming

KEY = bytes(range(32))
NAME = naming(KEY)
SECRET = "Ngh1-Em#Mat9x"  # noqa: S105 - of nobody
MOST_S = 10.0
RANDOM = "q7Xk2LmPz9Rt4VbNc8Ws1YdF"
CONTEXTS = (
    "password = {}",
    "password: {}",
    "Password {}",
    '"password": "{}",',
    "'db_password' => '{}',",
    "export PGPASSWORD={}",
    "mysql --password={} his",
    "<password>{}</password>",
    '<add key="DbPassword" value="{}"/>',
    "client_secret={}&grant=x",
    "mật khẩu: {}",
    "mat_khau={}",
    "api-key: {}",
    "wpa_psk={}",
    "rocommunity {}",
    "https://tam:{}@10.1.2.3/share",
    "Authorization: Bearer {}",
    "mysql -u root -p{} his",
    "sshpass -p {} ssh a",
    "curl -u tam:{} https://x/",
    "smbclient -U tam%{} //a/b",
    "machine x login tam password {}",
    'psk "{}"',
    "secret='{}' # note",
    "token:\n    {}\nnext: 1",
    "password: |\n  {}\n  {}\nnext: 1",
    'password = "first\n{}"',
    "password = first \\\n  {}",
    "- name: DB_PASSWORD\n  value: {}",
    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n{}",
    '{{"key": "-----BEGIN RSA PRIVATE KEY-----\\n{}\\n-----END RSA PRIVATE KEY-----"}}',
)


def hidden(text: str, path: bytes = b"/etc/app.conf") -> str:
    return masked(text, path, NAME)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("secret", [SECRET, RANDOM, "abc", "Tam2026"])
def test_no_secret_is_shown(context: str, secret: str) -> None:
    text = context.format(secret, secret)
    assert secret not in hidden(text)
    assert hidden(text).count("\n") == text.count("\n")


@given(
    st.sampled_from(CONTEXTS),
    st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'<>\\{}#&|;,%@:/"),
        min_size=6,
        max_size=60,
    ).filter(lambda text: text.strip("-") == text and not text.isdigit()),
)
@settings(max_examples=150, deadline=None)
def test_no_secret_of_any_shape_is_shown(context: str, secret: str) -> None:
    beside = context.replace("{}", "")
    if secret.lower() not in beside.lower():
        assert secret not in hidden(context.format(secret, secret))


@pytest.mark.parametrize(
    "token",
    [
        RANDOM,
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY1",
        "4f3c2a1b0e9d8c7b6a5f4e3d2c1b0a9f",
        "kzq3v8x1m9c2b7n4t6y5w0p",
        "AbCdEfGhQxYzWvUtSrPoNmLk",
    ],
)
@pytest.mark.parametrize("line", ["{}", "run --with {} now", "id={};", "'{}'", "x: [{}]"])
def test_what_nobody_would_write_by_hand_is_not_shown(line: str, token: str) -> None:
    assert token not in hidden(line.format(token))


@pytest.mark.parametrize(
    "line",
    [
        "Benh-An-2026-11-22-Khoa-Noi-Tong-Hop.docx",
        "UUID=3f2504e0-4f89-11d3-9a0c-0305e82c3301 /srv ext4 defaults 0 2",
        "/usr/share/javascript/jquery/jquery.min.3.6.1.js",
        "net.ipv4.conf.all.accept_redirects=0",
        "CONFIG_CRYPTO_USER_API_AEAD=m",
        "111122223333444455556666",
        "ab1ab1ab1ab1ab1ab1ab1ab1ab1ab1",
    ],
)
def test_what_has_order_stays_readable(line: str) -> None:
    assert hidden(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "tam:$6$abcdef$Gk1hV3zQx:19000:0:99999:7:::",
        "tam:$y$j9T$abcdefgh$Kx1zPq2:19000::::::",
        "tam:QhGt9sKpl1Zx:19000::::::",
    ],
)
def test_hashes_of_passwords_are_not_shown(line: str) -> None:
    told = hidden(line, b"/etc/shadow")
    assert line.split(":")[1] not in told
    assert told.startswith("tam:********(")
    assert told.split(":")[2:] == line.split(":")[2:]


def test_an_account_without_a_password_shows_so() -> None:
    assert (
        hidden("tam:!:19000::::::\nroot:x:0:0", b"/etc/shadow") == "tam:!:19000::::::\nroot:x:0:0"
    )


@pytest.mark.parametrize(
    "path",
    [b"/etc/ssh/ssh_host_rsa_key", b"/etc/ssl/private/web.pem", b"/root/.pgpass", b"/etc/x.key"],
)
def test_of_a_file_of_secrets_no_line_is_shown(path: bytes) -> None:
    assert re.fullmatch(r"(\*{8}\([0-9a-f]{8}\)\n?)+", hidden("one two\nthree", path))


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("PermitRootLogin no", b"/etc/ssh/sshd_config"),
        ("PasswordAuthentication yes", b"/etc/ssh/sshd_config"),
        ("PermitEmptyPasswords no", b"/etc/ssh/sshd_config"),
        ("password requisite pam_pwquality.so retry=3", b"/etc/pam.d/common-password"),
        ("password [success=1 default=ignore] pam_unix.so", b"/etc/pam.d/common-password"),
        ("%it ALL=(ALL) NOPASSWD: ALL", b"/etc/sudoers.d/it"),
        ("passwd:         files systemd", b"/etc/nsswitch.conf"),
        ("proxy_pass http://127.0.0.1:8080;", b"/etc/nginx/nginx.conf"),
        ("password_file: /etc/lachan/secrets/his.password", b"/etc/app.yaml"),
        (
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b",
            b"/root/.ssh/authorized_keys",
        ),
        (
            "ExecStart=/usr/lib/x86_64-linux-gnu/lachan-agent run --home /srv/lachan",
            b"/etc/a.service",
        ),
        ("192.168.10.25 maychu-benh-an.benhvien.example", b"/etc/hosts"),
        ("Đường dẫn: /srv/share/Khoa Nội/Bệnh án 2026", b"/etc/app.conf"),
    ],
)
def test_what_is_no_secret_stays_readable(line: str, path: bytes) -> None:
    assert hidden(line, path) == line


def test_a_changed_secret_has_another_name_and_the_same_one_the_same() -> None:
    first, again, other = hidden("password=a1"), hidden("  password=a1"), hidden("password=a2")
    assert first == again.strip() != other


def test_nobody_without_the_key_can_try_guesses() -> None:
    assert hidden("password=a1") != masked("password=a1", b"/x", naming(bytes(32)))


def test_a_public_certificate_is_shown_and_what_follows_is_masked_again() -> None:
    text = (
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ7Xk2LmPz9Rt4V\n"
        "-----END CERTIFICATE-----\n"
        f"password={SECRET}"
    )
    told = hidden(text)
    assert "MIIBszCCAVmgAwIBAgIUQ7Xk2LmPz9Rt4V" in told
    assert SECRET not in told


@given(st.text(max_size=300), st.sampled_from([b"/etc/a", b"/etc/shadow", b"/etc/pam.d/x", b"x"]))
@settings(max_examples=150, deadline=None)
def test_any_text_keeps_its_number_of_lines(text: str, path: bytes) -> None:
    assert masked(text, path, NAME).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "piece", ["a", "password", "x@:/", "-", "pass: ", "eyJ.", "mysql -p ", "a://b:c", "' \""]
)
def test_long_lines_do_not_hold_it_up(piece: str) -> None:
    begun = time.perf_counter()
    hidden(piece * (256 * 1024 // len(piece)))
    assert time.perf_counter() - begun < MOST_S
