"""A province in a temporary home, its clock, and hosts that speak the real protocol."""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from controller.app import initialise
from controller.config.home import home_at
from controller.config.model import ControllerConfig
from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.create_token import create_token
from controller.fleet.province import Province
from controller.store.engine import Database, open_database
from controller.store.schema import upgrade
from controller.web.application import create_application
from wire import http, request
from wire.acts import SystemAdded
from wire.chain import link_digest
from wire.codec import decode_as, encode, encode_statement
from wire.envelope import open_envelope, seal
from wire.header import FIRST_PREVIOUS, Header
from wire.keys import SigningKey
from wire.messages import Body, Gap, Heartbeat, Incarnation, type_of_kind
from wire.token import parse_token
from wire.verdicts import Regime

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

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        line = request.Request.of(method, self.netloc, path, body)
        unsigned = request.Headers(
            self.agent or self.key.keyid, self.clock() + self.skew, f"n-{next(_COUNTER)}"
        )
        return request.sign(line, unsigned, self.key).to_dict()

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> object:
        return self.client.post(
            path, content=body, headers=headers or self.headers("POST", path, body)
        )

    def enrolment(self, token_line: str) -> bytes:
        token = parse_token(token_line)
        return encode(
            http.Enrolment(
                token.secret, self.key.public.to_base64(), "fs01", self.incarnation, ""
            )
        )

    def enrol(self, token_line: str) -> "SpokenHost":
        token = parse_token(token_line)
        answer = self.post(http.ENROL_PATH, self.enrolment(token_line))
        assert answer.status_code == 200, answer.text
        from wire.keys import PublicKey

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
        )
        raw = seal(KINDS[type(body)], encode_statement(header, body), self.key)
        self.head = link_digest(raw, body)
        return raw

    def opening(self) -> bytes:
        return self.statement(Incarnation(reason="first"))

    def send(self, *lines: bytes) -> object:
        return self.post(http.EVIDENCE_PATH, b"\n".join(lines))

    def gaps(self, count: int) -> list[bytes]:
        return [self.statement(Gap(f"subject-{n}", "test")) for n in range(count)]

    def heartbeat(self, size: int = 0, root: str = "", **changes: object) -> object:
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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "controller.sqlite")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def province(tmp_path: Path, clock: Clock) -> Iterator[Province]:
    """A controller with one facility BV and its level 3 system FS."""
    config = ControllerConfig(province="GL", name="Sở Y tế", url=f"https://{NETLOC}")
    province = initialise(home_at(tmp_path / "home"), config, clock).province
    add_facility(province, "test", "BV", "Bệnh viện")
    system = SystemAdded("BV", "FS", "Tệp", Regime.ND331, 3, 86_400.0)
    add_system(province, "test", system)
    yield province
    province.database.close()


@pytest.fixture
def client(province: Province) -> Iterator[TestClient]:
    with TestClient(create_application(province), base_url=f"https://{NETLOC}") as client:
        yield client


@pytest.fixture
def new_token(province: Province) -> Callable[[], str]:
    def create(life: timedelta = timedelta(hours=1)) -> str:
        return create_token(province, "test", "BV", ("FS",), life).line

    return create


@pytest.fixture
def new_host(
    client: TestClient, clock: Clock, new_token: Callable[[], str]
) -> Callable[[], SpokenHost]:
    """Makes enrolled hosts."""
    return lambda: SpokenHost(client, clock).enrol(new_token())


@pytest.fixture
def stranger(client: TestClient, clock: Clock) -> SpokenHost:
    """A host that is not enrolled."""
    return SpokenHost(client, clock)


@pytest.fixture
def host(new_host: Callable[[], SpokenHost]) -> SpokenHost:
    return new_host()


def sha256_hex(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
