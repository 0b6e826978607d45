"""Asks a site for a sign of life, beside restic: does anybody answer there?"""

import contextlib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent.restic.environment import Repository, Workplace
from agent.restic.lock_objects import lock_objects

_PORTS = {"http": 80, "https": 443}
_HTTP_SCHEMES = ("rest:", "s3:")


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a site that speaks HTTP listens."""

    host: str
    port: int
    tls: bool

    def answers(self, timeout_s: float) -> bool:
        """Whether somebody says something, whatever it is. An open port alone is no answer."""
        try:
            with contextlib.ExitStack() as stack:
                plain = socket.create_connection((self.host, self.port), timeout=timeout_s)
                stack.enter_context(plain)
                plain.settimeout(timeout_s)
                if self.tls:  # its finished handshake is the answer; nothing is entrusted to it
                    stack.enter_context(_unchecked().wrap_socket(plain))
                    return True
                plain.sendall(f"HEAD / HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
                return bool(plain.recv(1))
        except OSError:
            return False


def listener(repository: Repository) -> Listener | None:
    """None: the site is a folder, or ssh itself watches the link to it."""
    scheme = next((one for one in _HTTP_SCHEMES if repository.address.startswith(one)), None)
    if scheme is None:
        return None
    address = repository.address.removeprefix(scheme)
    parts = urlsplit(address if "://" in address else f"https://{address}")
    if parts.hostname is None:
        return None
    return Listener(
        parts.hostname, parts.port or _PORTS.get(parts.scheme, 443), parts.scheme != "http"
    )


def _unchecked() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # restic checks it; here only a pulse is felt
    return context


def answers(repository: Repository, workplace: Workplace, timeout_s: float) -> bool:
    """Whether the site can be reached now, as restic would reach it."""
    listening = listener(repository)
    if listening is not None:
        return listening.answers(timeout_s)
    objects = lock_objects(repository, workplace)
    if objects is None:
        return True
    try:
        objects.sizes(timeout_s)
    except (OSError, ValueError):
        return False
    return True
