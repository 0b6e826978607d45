"""A server that lies about its refusals: none of its answers makes a protection out of nothing."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.sites.attack.attacking import Means, attack
from agent.sites.attack.attacks import AttackResult
from agent.sites.rest import RestSite
from agent.sites.ways import http_exchange
from agent.sites.ways.http import Server
from wire.verdicts import HeldBy, Protection

Rule = Callable[["FakeRest", str, str], int | None]  # method, kind -> status; None: as it should


@dataclass
class FakeRest:
    """A REST server that keeps objects as an append-only one would, but for its rule."""

    rule: Rule
    objects: dict[str, bytes] = field(default_factory=lambda: {"/config": b"config"})
    asked: list[str] = field(default_factory=list)
    extra: bytes = b""  # written behind the status line of every answer

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        kind = path.split("/")[1]
        self.asked.append(f"{method} {kind}")
        ruled = self.rule(self, method, kind)
        if ruled is not None:
            return ruled, b""
        return self.honest(method, path, kind, body)

    def honest(self, method: str, path: str, kind: str, body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            return (200, self.objects[path]) if path in self.objects else (404, b"")
        if method == "POST" and path not in self.objects:
            self.objects[path] = body
            return 200, b""
        if method == "DELETE" and kind == "locks":
            return (200 if self.objects.pop(path, None) else 404), b""
        return 403, b""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[FakeRest], RestSite]]:
    servers: list[ThreadingHTTPServer] = []
    credentials = tmp_path / "credentials"
    credentials.write_text("fs-01:x\n")
    credentials.chmod(0o600)

    def start(fake: FakeRest) -> RestSite:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, said = fake.answer(self.command, self.path, body)
                self.wfile.write(b"HTTP/1.1 %d x\r\n" % status + fake.extra)
                self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(said) + said)

            do_GET = do_POST = do_DELETE = do_MOVE = answer  # noqa: N815 - http.server's names

            def log_message(self, *_words: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        return RestSite("b", HeldBy.HOSTED, Server(url, None), credentials, tmp_path / "password")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def attacked(site: RestSite) -> AttackResult:
    return attack(site, Means(SystemClock(), os.urandom))


def as_it_should(_fake: FakeRest, _method: str, _kind: str) -> int | None:
    return None


def test_the_honest_one_is_proved(serve: Callable[[FakeRest], RestSite]) -> None:
    fake = FakeRest(as_it_should)
    found = attacked(serve(fake))
    assert (found.succeeded, found.untried) == ((), {})
    assert found.protection is Protection.PROVED
    assert sorted(name.split("/")[1] for name in fake.objects) == ["config", "data"]


def says_yes(_fake: FakeRest, method: str, kind: str) -> int | None:
    return 200 if method == "DELETE" and kind != "locks" else None


def refuses_all(_fake: FakeRest, method: str, kind: str) -> int | None:
    return 403 if (method, kind) != ("GET", "config") else None


def is_read_only(fake: FakeRest, method: str, _kind: str) -> int | None:
    return 403 if method != "GET" and len(fake.objects) > 1 else None


def fails(_fake: FakeRest, method: str, _kind: str) -> int | None:
    return 500 if method != "GET" else None


def fails_later(fake: FakeRest, _method: str, _kind: str) -> int | None:
    return 503 if len(fake.asked) > 8 else None


def sends_elsewhere(_fake: FakeRest, _method: str, _kind: str) -> int | None:
    return 302


def keeps_locks(_fake: FakeRest, method: str, kind: str) -> int | None:
    return 403 if (method, kind) == ("DELETE", "locks") else None


def eats(fake: FakeRest, method: str, _kind: str) -> int | None:
    """Refuses with a good face, and throws the object away."""
    if method == "DELETE":
        for name in [name for name in fake.objects if name.startswith("/data")]:
            del fake.objects[name]
        return 403
    return None


@pytest.mark.parametrize(
    ("rule", "succeeded", "protection"),
    [
        (says_yes, {"delete", "remove_key", "remove_snapshot", "remove_index"}, Protection.NONE),
        (eats, {"delete"}, Protection.NONE),
        (keeps_locks, {"flood_locks"}, Protection.NONE),
        (refuses_all, set(), Protection.CLAIMED),
        (is_read_only, set(), Protection.CLAIMED),
        (fails, set(), Protection.CLAIMED),
        (fails_later, set(), Protection.CLAIMED),
        (sends_elsewhere, set(), Protection.CLAIMED),
    ],
)
def test_a_lie_proves_nothing(
    serve: Callable[[FakeRest], RestSite],
    rule: Rule,
    succeeded: set[str],
    protection: Protection,
) -> None:
    found = attacked(serve(FakeRest(rule)))
    assert set(found.succeeded) >= succeeded
    assert found.protection is protection
    assert found.reason or protection is not Protection.CLAIMED


def test_a_redirect_is_followed_nowhere(serve: Callable[[FakeRest], RestSite]) -> None:
    other = FakeRest(as_it_should)
    elsewhere = serve(other).server.url
    first = FakeRest(sends_elsewhere, extra=f"Location: {elsewhere}/config\r\n".encode())
    assert attacked(serve(first)).reason == "HTTP_302"
    assert other.asked == []


@pytest.mark.parametrize(
    "extra",
    [
        b"X-Long: " + b"x" * 100_000 + b"\r\n",
        b"".join(b"X-%d: y\r\n" % number for number in range(200)),
    ],
)
def test_huge_headers_are_no_answer(serve: Callable[[FakeRest], RestSite], extra: bytes) -> None:
    found = attacked(serve(FakeRest(as_it_should, extra=extra)))
    assert (found.succeeded, found.protection) == ((), Protection.CLAIMED)


def test_a_server_that_never_comes_to_an_end_is_left(
    serve: Callable[[FakeRest], RestSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_exchange, "ENDS_AFTER_S", 0.3)
    fed_up = threading.Event()

    def drips(_fake: FakeRest, _method: str, _kind: str) -> int | None:
        fed_up.wait(10)  # far longer than an exchange may take
        return 200

    found = attacked(serve(FakeRest(drips)))
    fed_up.set()
    assert found.untried == {"objects": "SITE_UNREACHABLE"}
