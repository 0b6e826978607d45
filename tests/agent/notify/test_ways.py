"""A mail leaves this host by a server that has proved who it is, or by the host's own program."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.config.notify import Notify, Security, Smtp
from agent.notify import post
from agent.notify.errors import (
    BadCertificateError,
    LoginRefusedError,
    NoEncryptionError,
    NoPasswordError,
    NotSentError,
    ReceiverRefusedError,
    SendmailError,
    UnreachableMailError,
)
from tests.agent.notify.conftest import mails
from tests.agent.notify.mail_server import Account, MailServer, free_port
from tests.real.certificates import Certificate

Serve = Callable[..., MailServer]
MAIL = b"Subject: x\r\n\r\n.\r\nsay\r\n"
# The server does not know that its own TLS from the first byte protects the password.
WITHIN_TLS = pytest.mark.filterwarnings("ignore:Requiring AUTH")
ACCOUNT = Account("lachan", "hunter2 and more")


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "mail.password"
    file.touch(mode=0o600)
    file.write_text(f"{ACCOUNT.password}\n")
    return file


def through(server: MailServer, security: Security, **more: object) -> Notify:
    smtp = Smtp("127.0.0.1", server.port, security, **more)  # type: ignore[arg-type]
    return Notify("it@place.vn, chief@place.vn", smtp=smtp)


def test_with_starttls_and_a_password_out_of_its_file(
    serve: Serve, server_side: ssl.SSLContext, certified: Certificate, password_file: Path
) -> None:
    server = serve(ACCOUNT, starttls=server_side)
    account = {"user": ACCOUNT.user, "password_file": password_file}
    notify = through(server, Security.STARTTLS, ca_file=certified.ca_file, **account)
    post.try_door(notify)
    assert server.kept.mails == []
    assert post.send(notify, MAIL) == 0
    assert server.kept.mails == [("it@place.vn", ["it@place.vn", "chief@place.vn"], MAIL)]


@WITHIN_TLS
def test_with_tls_from_the_first_byte(
    serve: Serve, server_side: ssl.SSLContext, certified: Certificate, password_file: Path
) -> None:
    server = serve(ACCOUNT, tls=server_side)
    account = {"user": ACCOUNT.user, "password_file": password_file}
    notify = through(server, Security.TLS, ca_file=certified.ca_file, **account)
    post.send(notify, MAIL)
    assert len(server.kept.mails) == 1


def test_openly_to_a_server_on_this_machine(serve: Serve) -> None:
    server = serve()
    post.send(through(server, Security.NONE), MAIL)
    assert len(server.kept.mails) == 1


@WITHIN_TLS
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(
    serve: Serve, server_side: ssl.SSLContext, password_file: Path, security: Security
) -> None:
    way = "tls" if security is Security.TLS else "starttls"
    server = serve(ACCOUNT, **{way: server_side})
    account = {"user": ACCOUNT.user, "password_file": password_file}
    with pytest.raises(BadCertificateError):
        post.send(through(server, security, **account), MAIL)
    assert server.kept.mails == []


def test_a_server_under_another_name_gets_nothing(
    serve: Serve, server_side: ssl.SSLContext, certified: Certificate
) -> None:
    server = serve(tls=server_side)
    smtp = Smtp("localhost", server.port, Security.TLS, ca_file=certified.ca_file)
    with pytest.raises(BadCertificateError):
        post.send(Notify("it@place.vn", smtp=smtp), MAIL)


def test_a_server_without_starttls_gets_nothing(
    serve: Serve, certified: Certificate, password_file: Path
) -> None:
    server = serve()
    account = {"user": ACCOUNT.user, "password_file": password_file}
    with pytest.raises(NoEncryptionError):
        post.send(through(server, Security.STARTTLS, ca_file=certified.ca_file, **account), MAIL)
    assert server.kept.mails == []


def test_a_wrong_password_is_named_and_never_shown(
    serve: Serve, server_side: ssl.SSLContext, certified: Certificate, password_file: Path
) -> None:
    password_file.write_text("another-secret")
    server = serve(ACCOUNT, starttls=server_side)
    account = {"user": ACCOUNT.user, "password_file": password_file}
    notify = through(server, Security.STARTTLS, ca_file=certified.ca_file, **account)
    with pytest.raises(LoginRefusedError) as refusal:
        post.try_door(notify)
    assert "another-secret" not in f"{refusal.value}{refusal.value.parameters}"


def test_receivers_that_are_refused_are_counted(serve: Serve) -> None:
    server = serve()
    server.kept.refuse = frozenset({"chief@place.vn"})
    assert post.send(through(server, Security.NONE), MAIL) == 1
    server.kept.refuse = frozenset({"chief@place.vn", "it@place.vn"})
    with pytest.raises(ReceiverRefusedError):
        post.send(through(server, Security.NONE), MAIL)


def test_a_server_that_refuses_the_mail_is_named(serve: Serve) -> None:
    server = serve()
    server.kept.answer = "451 try later"
    with pytest.raises(NotSentError, match="451") as refusal:
        post.send(through(server, Security.NONE), MAIL)
    assert refusal.value.code == "REFUSED"


def test_nobody_there_is_named() -> None:
    smtp = Smtp("127.0.0.1", free_port(), Security.NONE)
    with pytest.raises(UnreachableMailError):
        post.send(Notify("it@place.vn", smtp=smtp), MAIL)


@pytest.mark.parametrize(
    ("content", "mode"), [(b"", 0o600), (b"\xff", 0o600), ("mật".encode(), 0o600), (b"x", 0o644)]
)
def test_a_password_file_that_cannot_be_used(
    serve: Serve, password_file: Path, content: bytes, mode: int
) -> None:
    password_file.write_bytes(content)
    password_file.chmod(mode)
    notify = through(serve(), Security.NONE, user="x", password_file=password_file)
    with pytest.raises(NoPasswordError):
        post.send(notify, MAIL)
    password_file.unlink()
    with pytest.raises(NoPasswordError):
        post.try_door(notify)


def test_the_hosts_own_program_gets_addresses_as_arguments_and_the_mail_to_read(
    sendmail: Path,
) -> None:
    notify = Notify("it@place.vn, chief@place.vn", sender="lachan@place.vn", sendmail=sendmail)
    post.try_door(notify)
    assert post.send(notify, MAIL) == 0
    assert mails(sendmail) == [MAIL.replace(b"\r\n", b"\n")]
    (arguments,) = sendmail.with_name("outgoing").glob("arguments.*")
    words = ["-i", "-f", "lachan@place.vn", "it@place.vn", "chief@place.vn"]
    assert arguments.read_text().split() == words


def test_a_program_that_fails_or_is_not_there_is_named(sendmail: Path, tmp_path: Path) -> None:
    sendmail.with_name("outgoing").joinpath("code").write_text("75")
    with pytest.raises(SendmailError, match="failed"):
        post.send(Notify("it@place.vn", sendmail=sendmail), MAIL)
    for act in (lambda n: post.send(n, MAIL), post.try_door):
        with pytest.raises(SendmailError, match="missing"):
            act(Notify("it@place.vn", sendmail=tmp_path / "none"))


def test_a_program_that_hangs_is_ended(sendmail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sendmail.write_text("#!/bin/sh\nexec sleep 600\n")
    monkeypatch.setattr(post, "SENDMAIL_S", 0.2)
    with pytest.raises(SendmailError, match="timeout"):
        post.send(Notify("it@place.vn", sendmail=sendmail), MAIL)
