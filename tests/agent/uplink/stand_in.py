"""A small real controller over TLS: the same wire modules, a log in memory, and some bad habits."""

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.agent.uplink.authority import Authority, make_authority
from wire import checkpoint as notes
from wire import http, merkle
from wire import request as signed
from wire.chain import ChainError, ChainState, accept, link_digest
from wire.codec import decode_as, decode_heartbeat, decode_statement, encode
from wire.envelope import open_envelope, peek_payload, seal
from wire.errors import DecodeError, SignatureError
from wire.keys import PublicKey, SigningKey
from wire.messages import Heartbeat
from wire.orders import AssignedSystem, Assignment, Order
from wire.token import Token, print_token
from wire.verdicts import Regime

ORIGIN = "lachan/test"
SECRET = "s3cret-of-the-token"  # noqa: S105 - a stand-in's


class RefusalError(Exception):
    """Answered as an ErrorAnswer."""


@dataclass
class StandIn:
    """Its memory; tests read it and change it."""

    folder: Path
    authority: Authority
    order_key: SigningKey = field(default_factory=lambda: SigningKey.generate(os.urandom))
    log_key: SigningKey = field(default_factory=lambda: SigningKey.generate(os.urandom))
    clock_ahead: timedelta = timedelta()
    leaves: list[bytes] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)  # evidence as received
    kinds: list[str] = field(default_factory=list)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    agents: dict[str, PublicKey] = field(default_factory=dict)
    chains: dict[str, ChainState] = field(default_factory=dict)
    links: dict[tuple[str, str, int], str] = field(default_factory=dict)
    enrolled_key: str = ""
    token_expired: bool = False
    assignment_version: int = 1
    level: int = 3
    orders: list[str] = field(default_factory=list)
    resend_from: int | None = None
    refuse_with: str = ""  # every heartbeat and batch is refused with this code
    drop_answers: int = 0  # so many batches are committed and not answered
    sign_time: bool = True
    padding: bytes = b""  # behind every answer
    status: int = 0  # instead of the right one
    nonces: set[str] = field(default_factory=set)
    url: str = ""

    def now(self) -> datetime:
        moment = datetime.now(UTC) + self.clock_ahead
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def token(self, **changed: object) -> str:
        fields: dict[str, object] = {
            "url": self.url,
            "facility": "GL-BVDK",
            "expires_at": self.now() + timedelta(hours=24),
            "secret": SECRET,
            "ca_pin": self.authority.pin,
            "order_key": self.order_key.public.to_base64(),
            "log_key": self.log_key.public.to_base64(),
        }
        return print_token(Token(**{**fields, **changed}))  # type: ignore[arg-type]

    def checkpoint(self) -> str:
        empty = notes.heads_root({})
        held = notes.Checkpoint(
            ORIGIN, len(self.leaves), merkle.root(self.leaves), empty, self.now()
        )
        return notes.sign(held, self.log_key)

    def assignment(self, agent: str) -> str:
        system = AssignedSystem("FS-01", Regime.ND331, self.level, 28_800.0)
        body = Assignment(
            agent, self.assignment_version, (system,), self.now(), self.now() + timedelta(days=365)
        )
        return seal("assignment", encode(body), self.order_key).decode()

    def order(self, agent: str, **changed: object) -> str:
        fields: dict[str, object] = {
            "agent": agent,
            "order_id": "o-1",
            "version": 1,
            "kind": "check",
            "issued_at": self.now(),
            "expires_at": self.now() + timedelta(hours=1),
        }
        body = Order(**{**fields, **changed})  # type: ignore[arg-type]
        return seal("order", encode(body), self.order_key).decode()

    def append(self, raw: bytes) -> int:
        self.leaves.append(merkle.leaf_hash(raw))
        return len(self.leaves) - 1

    def enrol(self, body: bytes, headers: signed.Headers) -> bytes:
        asked = decode_as(http.Enrolment, body)
        key = PublicKey.from_base64(asked.public_key)
        if asked.secret != SECRET:
            raise RefusalError(http.Problem.TOKEN_WRONG)
        if self.token_expired:
            raise RefusalError(http.Problem.TOKEN_EXPIRED)
        if self.enrolled_key not in ("", key.keyid):
            raise RefusalError(http.Problem.TOKEN_USED)
        self.enrolled_key = key.keyid
        agent = f"a-{key.keyid[:20]}"
        assert headers.agent == key.keyid
        self.agents[agent] = key
        self.append(body)
        answer = http.EnrolmentAnswer(
            agent, "GL-BVDK", self.now(), self.assignment(agent), self.checkpoint()
        )
        return seal(http.ENROLMENT_ANSWER_KIND, encode(answer), self.order_key)

    def heartbeat(self, body: bytes, agent: str, size: int) -> bytes:
        key = self.agents[agent]
        opened = open_envelope(body, {key.keyid: key})
        self.heartbeats.append(decode_heartbeat(opened.payload))
        proof = merkle.consistency_proof(self.leaves, size) if size <= len(self.leaves) else []
        return encode(
            http.HeartbeatAnswer(
                time=self.now(),
                checkpoint=self.checkpoint(),
                consistency=tuple(node.hex() for node in proof),
                envelopes=(self.assignment(agent), *self.orders),
                resend_from=self.resend_from,
            )
        )

    def evidence(self, body: bytes, agent: str) -> bytes:
        acknowledged: list[http.Acknowledged] = []
        refused: list[http.Refused] = []
        for number, line in enumerate(body.splitlines(), start=1):
            try:
                acknowledged.append(self._take(line, agent))
            except ChainError as error:
                refused.append(http.Refused(number, error.code))
            except SignatureError:
                refused.append(http.Refused(number, http.Problem.BAD_SIGNATURE))
            except DecodeError:
                refused.append(http.Refused(number, http.Problem.BAD_BYTES))
        answer = http.EvidenceAnswer(
            self.now(), self.checkpoint(), tuple(acknowledged), tuple(refused)
        )
        return encode(answer)

    def _take(self, line: bytes, agent: str) -> http.Acknowledged:
        key = self.agents[agent]
        opened = open_envelope(line, {key.keyid: key})
        said = decode_statement(opened.kind, opened.payload)
        place = (agent, said.header.incarnation, said.header.sequence)
        link = link_digest(line, said.body)
        stored = self.links.get(place)
        chain = accept(self.chains.get(agent), said.header, link, said.kind, stored)
        if stored is None:
            self.chains[agent] = chain
            self.links[place] = link
            self.envelopes.append(line)
            self.kinds.append(said.kind)
            self.append(line)
        index = self.leaves.index(merkle.leaf_hash(line))
        return http.Acknowledged(said.header.sequence, index)

    def bodies(self, kind: str) -> list[object]:
        """What was received of one kind, in order."""
        found: list[object] = []
        for raw, held in zip(self.envelopes, self.kinds, strict=True):
            if held == kind:
                found.append(decode_statement(kind, peek_payload(raw)).body)
        return found


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, self.server.stand_in.authority.pem, "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = signed.headers_from(dict(self.headers.items()))
        try:
            content, status = self._work(body, headers), 200
        except RefusalError as error:
            code = str(error)
            content = encode(http.ErrorAnswer(code, self.server.stand_in.now()))
            status = http.status_of_problem.get(code, 400)
        if self.path == http.EVIDENCE_PATH and self.server.stand_in.drop_answers > 0:
            self.server.stand_in.drop_answers -= 1
            self.close_connection = True
            return
        self._answer(status, content, headers.nonce)

    def _work(self, body: bytes, headers: signed.Headers) -> bytes:
        line = signed.Request.of("POST", self.headers["Host"], self.path, body)
        path = urlsplit(self.path)
        if path.path == http.ENROL_PATH:
            asked = decode_as(http.Enrolment, body)
            signed.verify(line, headers, PublicKey.from_base64(asked.public_key))
            self._fresh(headers)
            return self.server.stand_in.enrol(body, headers)
        key = self.server.stand_in.agents.get(headers.agent)
        if key is None:
            raise RefusalError(http.Problem.UNKNOWN_AGENT)
        signed.verify(line, headers, key)
        self._fresh(headers)
        if self.server.stand_in.refuse_with:
            raise RefusalError(self.server.stand_in.refuse_with)
        if path.path == http.HEARTBEAT_PATH:
            size = int(parse_qs(path.query)["size"][0])
            return self.server.stand_in.heartbeat(body, headers.agent, size)
        return self.server.stand_in.evidence(body, headers.agent)

    def _fresh(self, headers: signed.Headers) -> None:
        if not signed.is_fresh(headers.time, self.server.stand_in.now()):
            raise RefusalError(http.Problem.CLOCK)
        if headers.nonce in self.server.stand_in.nonces:
            raise RefusalError(http.Problem.REPLAYED)
        self.server.stand_in.nonces.add(headers.nonce)

    def _answer(self, status: int, content: bytes, nonce: str) -> None:
        now = self.server.stand_in.now()
        content += self.server.stand_in.padding
        self.send_response(self.server.stand_in.status or status)
        if self.server.stand_in.status:
            self.send_header("Location", self.server.stand_in.url + http.HEARTBEAT_PATH)
        self.send_header("Content-Length", str(len(content)))
        self.send_header(signed.TIME_HEADER, signed.time_text(now))
        if nonce and self.server.stand_in.sign_time:
            signature = signed.sign_time(now, nonce, self.server.stand_in.order_key)
            self.send_header(signed.TIME_SIGNATURE_HEADER, signature)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, stand_in: StandIn) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.stand_in = stand_in

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses our certificate is what some tests want."""
        del request, client_address


@contextmanager
def running(stand_in: StandIn) -> Iterator[StandIn]:
    """Serve on a free loopback port inside the block (the same one when it had one)."""
    port = int(stand_in.url.rpartition(":")[2]) if stand_in.url else 0
    server = _Server(port, stand_in)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(stand_in.authority.server_file)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    stand_in.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_stand_in(folder: Path, begins: datetime | None = None) -> StandIn:
    begins = begins or datetime.now(UTC) - timedelta(days=2)
    return StandIn(folder, make_authority(folder, begins, timedelta(days=397)))
