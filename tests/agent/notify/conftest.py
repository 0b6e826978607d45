"""A real mail server on loopback, and a mail program that puts what it gets into a folder."""

import ssl
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agent.notify.mail_server import Account, MailServer
from tests.real.certificates import Certificate, certificate

PROGRAM = """#!/bin/sh
# Takes a mail as sendmail(8) does: the arguments and the mail become files.
printf '%s\\n' "$@" > {folder}/arguments.$$
cat > {folder}/mail.$$.new && mv {folder}/mail.$$.new {folder}/mail.$$
exit $(cat {folder}/code)
"""


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("mail"), "mail-ca")


@pytest.fixture(scope="session")
def server_side(certified: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified.certificate_file, certified.key_file)
    return context


@pytest.fixture
def serve() -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers; they end with the test."""
    running: list[MailServer] = []

    def start(account: Account | None = None, **settings: Any) -> MailServer:  # noqa: ANN401
        running.append(MailServer(account, **settings))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def sendmail(tmp_path: Path) -> Path:
    """The program; its folder lies beside it, as `outgoing`."""
    folder, program = tmp_path / "outgoing", tmp_path / "sendmail"
    folder.mkdir()
    (folder / "code").write_text("0")
    program.write_text(PROGRAM.format(folder=folder))
    program.chmod(stat.S_IRWXU)
    return program


def mails(sendmail: Path) -> list[bytes]:
    """What the program has taken, oldest first."""
    found = sendmail.with_name("outgoing").glob("mail.*")
    return [file.read_bytes() for file in sorted(found, key=lambda file: file.stat().st_mtime_ns)]
