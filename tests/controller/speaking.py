"""A host that speaks the real protocol, and a clock that stands still."""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import msgspec
from starlette.testclient import TestClient

from wire import http, request
from wire.chain import link_digest
from wire.codec import decode_as, encode, encode_statement
from wire.envelope import open_envelope, seal
from wire.header import FIRST_PREVIOUS, Header
from wire.keys import PublicKey, SigningKey
from wire.messages import Body, Gap, Heartbeat, Incarnation, type_of_kind
from wire.token import parse_token

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NETLOC = "127.0.0.1:8443"
KINDS = {struct: kind for kind, struct in type_of_kind.items()}
_COUNTER = itertools.count()


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class SpokenHost:
    """A host with a key and a chain, as an agent would keep them."""

    client: TestClient
    clock: Callable[[], datetime]
    key: SigningKey = field(default_factory=lambda: SigningKey.generate(os.urandom))
    agent: str = ""
    facility: str = ""
    systems: tuple[str, ...] = ("FS",)
    incarnation: str = "i-1"
    sequence: int = 0
    head: str = FIRST_PREVIOUS
    netloc: str = NETLOC
    skew: timedelta = timedelta()
    offset_s: float = 0.0

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        line = request.Request.of(method, self.netloc, path, body)
        unsigned = request.Headers(
            self.agent or self.key.keyid, self.clock() + self.skew, f"n-{next(_COUNTER)}"
        )
        return request.sign(line, unsigned, self.key).to_dict()

    def post(
        self, path: str, body: bytes, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        return self.client.post(
            path, content=body, headers=headers or self.headers("POST", path, body)
        )

    def enrolment(self, token_line: str) -> bytes:
        token = parse_token(token_line)
        return encode(
            http.Enrolment(token.secret, self.key.public.to_base64(), "fs01", self.incarnation, "")
        )

    def enrol(self, token_line: str) -> "SpokenHost":
        token = parse_token(token_line)
        answer = self.post(http.ENROL_PATH, self.enrolment(token_line))
        assert answer.status_code == 200, answer.text
        key = PublicKey.from_base64(token.order_key)
        opened = open_envelope(answer.content, {key.keyid: key})
        said = decode_as(http.EnrolmentAnswer, opened.payload)
        self.agent, self.facility = said.agent, said.facility
        return self

    def statement(self, body: Body, made_at: datetime | None = None) -> bytes:
        """Seal the next statement of the chain."""
        self.sequence += 1
        header = Header(
            agent=self.agent,
            facility=self.facility,
            host="fs01",
            systems=self.systems,
            incarnation=self.incarnation,
            sequence=self.sequence,
            previous=self.head,
            made_at=made_at or self.clock(),
            boot_id="boot-1",
            clock_offset_s=self.offset_s,
        )
        raw = seal(KINDS[type(body)], encode_statement(header, body), self.key)
        self.head = link_digest(raw, body)
        return raw

    def opening(self) -> bytes:
        return self.statement(Incarnation(reason="first"))

    def send(self, *lines: bytes) -> httpx2.Response:
        return self.post(http.EVIDENCE_PATH, b"\n".join(lines))

    def gaps(self, count: int) -> list[bytes]:
        return [self.statement(Gap(f"subject-{n}", "test")) for n in range(count)]

    def heartbeat(self, size: int = 0, root: str = "", **changes: object) -> httpx2.Response:
        beat = Heartbeat(
            agent=self.agent,
            facility=self.facility,
            incarnation=self.incarnation,
            head_sequence=self.sequence,
            head_digest=self.head,
            made_at=self.clock(),
            boot_id="boot-1",
            agent_version="0.1.0",
            clock_offset_s=0.0,
            waiting=0,
            log_size=size,
            log_root=root,
        )
        beat = msgspec.structs.replace(beat, **changes)
        raw = seal("heartbeat", encode(beat), self.key)
        path = f"{http.HEARTBEAT_PATH}?size={size}"
        return self.post(path, raw, self.headers("POST", path, raw))
