"""A real SMTP server that keeps what it is given."""

import socket
import ssl
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Account:
    user: str
    password: str


@dataclass
class Kept:
    """Everything that was handed over, and what the server answers."""

    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    refuse: frozenset[str] = frozenset()  # receivers
    answer: str = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, *_: object
    ) -> str:
        if address in self.refuse:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answer.startswith("250"):
            sender, content = envelope.mail_from or "", envelope.content
            assert isinstance(content, bytes)
            self.mails.append((sender, list(envelope.rcpt_tos), content))
        return self.answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class MailServer:
    """Listens on a free port of loopback until it is stopped."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.kept = Kept()
        self.port = port or free_port()
        settings: dict[str, Any] = {}
        if account is not None:
            settings |= {
                "authenticator": self._authenticator(account),
                "auth_required": True,
                "auth_require_tls": tls is None,
            }
        if starttls is not None:
            settings |= {"tls_context": starttls, "require_starttls": True}
        self._controller = Controller(
            self.kept, hostname="127.0.0.1", port=self.port, ssl_context=tls, **settings
        )
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    def _authenticator(self, account: Account) -> Any:  # noqa: ANN401 - aiosmtpd's own type
        def judge(
            _server: object, _session: object, _envelope: object, _mechanism: str, data: object
        ) -> AuthResult:
            given = isinstance(data, LoginPassword) and (data.login, data.password)
            wanted = (account.user.encode(), account.password.encode())
            return AuthResult(success=given == wanted, handled=False)

        return judge
