"""The servers of a province's facilities, speaking to a controller as their agents would.

What they say is signed and chained and taken in by the controller's own use cases. A third of the
hosts is dead, a third lives and says that its backup still runs, a third lives and does nothing.
"""

import os
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from msgspec import Struct

from controller.app import utc_now
from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.create_token import create_token
from controller.fleet.enrol import agent_code, enrol
from controller.fleet.heartbeat import answer_heartbeat
from controller.fleet.ingest import ingest
from controller.fleet.province import Province
from controller.store.queries_agents import find_agent
from wire.acts import SystemAdded
from wire.chain import link_digest
from wire.codec import encode, encode_statement
from wire.envelope import seal
from wire.header import FIRST_PREVIOUS, Header
from wire.http import Enrolment
from wire.keys import SigningKey
from wire.messages import (
    Backup,
    Configuration,
    Findings,
    Heartbeat,
    Incarnation,
    Planned,
    Result,
    Running,
    SiteCopy,
    SiteState,
    type_of_kind,
)
from wire.request import Headers
from wire.token import parse_token
from wire.verdicts import (
    BackupVerdict,
    CheckVerdict,
    HeldBy,
    Names,
    Protection,
    Regime,
    Separation,
)

RPO = timedelta(hours=8)
KINDS = {struct: kind for kind, struct in type_of_kind.items()}
DEAD, HANGS, IDLE = range(3)


@dataclass
class Host:
    """One facility's server, as its agent would speak."""

    province: Province
    number: int
    key: SigningKey
    agent: str
    facility: str
    sequence: int = 0
    head: str = FIRST_PREVIOUS

    @property
    def state(self) -> int:
        return self.number % 3

    def dataset(self, which: int) -> str:
        return f"p{self.number * 10 + which:032x}"

    def sealed(self, body: Struct) -> bytes:
        self.sequence += 1
        header = Header(
            agent=self.agent,
            facility=self.facility,
            host=f"fs{self.number}",
            systems=("FS",),
            incarnation="i-1",
            sequence=self.sequence,
            previous=self.head,
            made_at=utc_now(),
            boot_id="bench",
        )
        raw = seal(KINDS[type(body)], encode_statement(header, body), self.key)
        self.head = link_digest(raw, body)
        return raw

    def headers(self) -> Headers:
        return Headers(self.agent, utc_now(), os.urandom(12).hex())

    def send(self, *lines: bytes) -> None:
        with self.province.database.reading() as connection:
            agent = find_agent(connection, self.agent)
        answer = ingest(self.province, agent, self.headers(), b"\n".join(lines))
        if len(answer.acknowledged) != len(lines):
            raise SystemExit(f"refused: {answer.refused}")

    def beat(self) -> None:
        with self.province.database.reading() as connection:
            agent = find_agent(connection, self.agent)
        running = ()
        if self.state == HANGS:
            begun = utc_now() - timedelta(hours=3)
            running = (Running(self.dataset(0), begun, "backup", 0.42),)
        said = Heartbeat(
            agent=self.agent,
            facility=self.facility,
            incarnation="i-1",
            head_sequence=self.sequence,
            head_digest=self.head,
            made_at=utc_now(),
            boot_id="bench",
            agent_version="0.1.0",
            clock_offset_s=0.0,
            waiting=0,
            log_size=0,
            running=running,
        )
        raw = seal("heartbeat", encode(said), self.key)
        answer_heartbeat(self.province, agent, self.headers(), raw, 0)


def make_host(province: Province, number: int) -> Host:
    facility = f"F{number:03}"
    add_facility(province, "bench", facility, facility)
    system = SystemAdded(facility, "FS", "Files", Regime.ND331, 3, RPO.total_seconds())
    add_system(province, "bench", system)
    token = parse_token(create_token(province, "bench", facility, ("FS",), RPO).line)
    key = SigningKey.generate(os.urandom)
    enrol(
        province,
        Enrolment(token.secret, key.public.to_base64(), f"fs{number}", "i-1", ""),
        key.public,
    )
    return Host(province, number, key, agent_code(key.public), facility)


def statements(host: Host, due: tuple[datetime, ...]) -> list[bytes]:
    """All that a host has said by now: its last points make its datasets due at these moments."""
    now = utc_now()
    lines = [host.sealed(Incarnation("first")), host.sealed(configuration(host))]
    checks = (
        Result(f"check.number_{n}", CheckVerdict.PASS, "as it must be", now) for n in range(200)
    )
    lines.append(host.sealed(Findings(tuple(checks))))
    for site in ("a", "b"):
        state = SiteState(site, "append_only_ssh", HeldBy.HOSTED, full_in_days=200, packs=900)
        lines.append(host.sealed(state))
    for which, moment in enumerate(due):
        lines.append(host.sealed(backup(host.dataset(which), moment - RPO)))
    return lines


def configuration(host: Host) -> Configuration:
    planned = tuple(Planned(host.dataset(which), RPO.total_seconds()) for which in range(2))
    digest = "p" + "0" * 32
    return Configuration(digest, {}, {}, 2, 1, ("a", "b"), ("drill",), planned=planned)


def backup(dataset: str, at: datetime) -> Backup:
    copies = tuple(
        SiteCopy(
            site=site,
            kind="append_only_ssh",
            held_by=HeldBy.HOSTED,
            protection=Protection.PROVED,
            snapshot="p" + "3" * 32,
            tree="p" + "2" * 32,
            snapshot_at=at,
            read_back_at=at,
            manifest_at=at,
            verified_at=at,
        )
        for site in ("a", "b")
    )
    return Backup(
        dataset=dataset,
        names=Names.NONE,
        verdict=BackupVerdict.GREEN,
        rpo_s=RPO.total_seconds(),
        copies=copies,
        separation=Separation.SEPARATE,
        trigger="schedule",
    )
