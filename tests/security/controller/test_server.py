"""The real server on a real socket: strange, silent, slow and too many clients."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from controller.fleet.province import Province
from controller.web import patience
from controller.web.application import create_application
from controller.web.server import server

Connect = Callable[[], ssl.SSLSocket]
HEALTH = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def port(province: Province, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Served inside this process; its patience is short, so that the tests need none."""
    monkeypatch.setattr(patience, "HEAD_S", 1.0)
    monkeypatch.setattr(patience, "WHOLE_S", 1.5)
    monkeypatch.setattr(patience, "PER_NETWORK", 30)
    running = server(create_application(province), province.home.secrets)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        running.should_exit = True
        thread.join(timeout=30)


@pytest.fixture
def connect(port: int, province: Province) -> Iterator[Connect]:
    context = ssl.create_default_context(cafile=str(province.home.secrets / "ca.pem"))
    with contextlib.ExitStack() as opened:

        def one() -> ssl.SSLSocket:
            plain = socket.create_connection(("127.0.0.1", port), timeout=20)
            return opened.enter_context(context.wrap_socket(plain, server_hostname="127.0.0.1"))

        yield one


def ask(connection: ssl.SSLSocket, said: bytes) -> bytes:
    """The first bytes of the answer; empty when the server has hung up."""
    with contextlib.suppress(OSError):
        connection.sendall(said)
        return connection.recv(65_536)
    return b""


def serves(connect: Connect) -> bool:
    return ask(connect(), HEALTH).startswith(b"HTTP/1.1 200")


STRANGE = {
    "one huge header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 30_000 + b"\r\n",
    "a huge line": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /login HTTP/1.1\r\nHost: x\r\n"
    b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST /v1/evidence HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a negative length": b"POST /v1/evidence HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "another protocol": b"\x16\x03\x01" + b"\0" * 100,
    "http 0.9": b"GET /\r\n\r\n",
    "a line feed in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\nSet-Cookie: b\r\n\r\n\0",
    "absolute": b"GET https://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_request_is_refused_and_the_server_serves_on(connect: Connect, name: str) -> None:
    answer = ask(connect(), STRANGE[name])
    assert not answer.startswith(b"HTTP/1.1 200") or name == "a line feed in a header"
    assert b"Traceback" not in answer
    assert answer.count(b"HTTP/1.1 ") <= 1  # nothing was smuggled behind it
    assert serves(connect)


def hung_up(connection: ssl.SSLSocket) -> bool:
    """Whether the server ends the connection without having answered."""
    with contextlib.suppress(OSError):
        return connection.recv(1) == b""
    return True


def test_who_says_nothing_is_hung_up_on(connect: Connect) -> None:
    silent = [connect() for _ in range(10)]
    assert serves(connect)
    assert all(hung_up(connection) for connection in silent)


def test_who_trickles_a_request_is_hung_up_on(connect: Connect) -> None:
    """Each byte comes soon after the one before; the request as a whole does not."""
    connection, ends = connect(), time.monotonic() + 20
    with pytest.raises(OSError):  # noqa: PT011 - a closed connection has many names
        trickle(connection, ends)
    assert serves(connect)


def trickle(connection: ssl.SSLSocket, ends: float) -> None:
    while time.monotonic() < ends:
        connection.sendall(b"G")
        time.sleep(0.05)


def test_who_never_ends_a_body_is_hung_up_on(connect: Connect) -> None:
    connection = connect()
    connection.sendall(b"POST /v1/evidence HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na")
    assert hung_up(connection)
    assert serves(connect)


def test_a_connection_that_is_used_again_is_kept(connect: Connect) -> None:
    connection = connect()
    for _ in range(3):
        answer = ask(connection, HEALTH)
        while not answer.endswith(b'"ok"}'):
            answer += connection.recv(1000)
        assert answer.startswith(b"HTTP/1.1 200")
        time.sleep(0.5)  # longer together than a request may take


def test_one_network_holds_a_bounded_number_of_connections(connect: Connect) -> None:
    many = [connect() for _ in range(30)]
    with pytest.raises(OSError):  # noqa: PT011
        raise_when_closed(connect())
    del many


def raise_when_closed(connection: ssl.SSLSocket) -> None:
    connection.sendall(HEALTH)
    if not connection.recv(100):
        raise ConnectionResetError


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(port: int, version: ssl.TLSVersion) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        pytest.raises(OSError),  # noqa: PT011
    ):
        context.wrap_socket(plain)


def test_without_tls_nothing_is_served(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(HEALTH)
        assert b"200" not in plain.recv(1000)
