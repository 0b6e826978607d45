"""One bounded HTTP exchange with a site's own server: no redirect, no endless answer or wait."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agent.sites.attack.attacks import NotTriedError
from agent.sites.ways.http import Server
from wire.verdicts import Cause

WAITS_S = 15.0  # for each piece of an answer
ENDS_AFTER_S = 30.0  # the whole exchange, however slowly the pieces come
MOST_BYTES = 64 * 1024

_VERSION = "x-amz-version-id"  # S3 names the version that an answer is about


class Answered(NamedTuple):
    """The status, the body's first bytes, and which version of an object it is about."""

    status: int
    body: bytes
    version: str = ""


def exchange(
    server: Server, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> Answered:
    """Ask once.

    Raises:
        NotTriedError: nobody answers in time, or not the server whose certificate is known.
    """
    try:
        with _connected(server) as connection:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            version = answer.getheader(_VERSION, "")
            return Answered(answer.status, answer.read(MOST_BYTES), version)
    except ssl.SSLCertVerificationError as error:
        raise NotTriedError(Cause.HOST_KEY_CHANGED.value) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTriedError(Cause.SITE_UNREACHABLE.value) from error


@contextlib.contextmanager
def _connected(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = _connection(server)
    connection.connect()
    timer = threading.Timer(ENDS_AFTER_S, _hang_up, (connection.sock,))
    timer.daemon = True
    timer.start()
    try:
        yield connection
    finally:
        timer.cancel()
        connection.close()


def _connection(server: Server) -> http.client.HTTPConnection:
    if server.roots is None:
        return http.client.HTTPConnection(server.host, server.port, timeout=WAITS_S)
    trusted = ssl.create_default_context(cafile=str(server.roots))
    return http.client.HTTPSConnection(server.host, server.port, timeout=WAITS_S, context=trusted)


def _hang_up(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
