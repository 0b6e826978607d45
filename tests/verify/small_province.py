"""A whole province in memory: keys, log, agents that speak, packs. Honest unless told otherwise."""

import io
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from msgspec import structs

from compliance.catalogue import parse
from compliance.evidence import fold
from compliance.logged import LoggedAct, LoggedStatement, SystemKey
from compliance.score import SCORING, score
from controller.reports.pack import PackHead, write_pack
from controller.store.pack_source import Witness
from recovery.drill_verdict import logged_verdict
from wire import acts, archive, chain, checkpoint, codec, envelope, log_entry, merkle, pack
from wire.chain import ChainState
from wire.checkpoint import Checkpoint, Head
from wire.header import FIRST_PREVIOUS, Header
from wire.keys import SigningKey
from wire.log_entry import FIRST_PREVIOUS_LEAF, LogEntry
from wire.messages import Body, Findings, Incarnation, Inventory, Result, type_of_kind
from wire.pack import EntryLine, PackStatement
from wire.verdicts import CheckVerdict, ExceptionKind, Regime

START = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
FACILITY, SYSTEM, ELSEWHERE = "GL-BVDK", "FS-01", "GL-TTYT"
KIND_OF_TYPE = {body: kind for kind, body in type_of_kind.items()}
CATALOGUE = b"""schema: lachan.catalogue/1
id: test.level-3
standard: test
regime: ND331
level: 3
title: {vi: "t", en: "t"}
fresh_for: {checks: P3D, backup: P3D, fleet: P3D, attest: P1Y}
controls:
  - id: l3.access.01
    clause: "1"
    ordinal: 1
    group: access
    kind: host
    title: {vi: "t", en: "t"}
    evidence: {vi: "t", en: "t"}
    weight: 3
    confidence: unverified
    sources: [test]
    decided_by: {checks: {all: [sshd.root_login_denied]}}
  - id: l3.risk.01
    clause: "2"
    ordinal: 1
    group: risk
    kind: attest
    title: {vi: "t", en: "t"}
    evidence: {vi: "t", en: "t"}
    weight: 2
    confidence: unverified
    sources: [test]
    decided_by: {attest: true}
"""


@dataclass
class Agent:
    """A host with its key and its chain."""

    code: str
    facility: str
    key: SigningKey
    state: ChainState | None = None


@dataclass
class Province:
    """The log, and everyone who writes to it."""

    seed: int = 1
    now: datetime = START
    lines: list[EntryLine] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    given: dict[int, str] = field(default_factory=dict)  # size -> checkpoint given away

    def __post_init__(self) -> None:
        self.entropy = random.Random(self.seed).randbytes  # noqa: S311 - tests must repeat
        self.order, self.log = self.new_key(), self.new_key()
        keys = (self.order.public.to_base64(), self.log.public.to_base64())
        self.act(acts.LogOpened("GL", "Sở Y tế Gia Lai", *keys))

    def new_key(self) -> SigningKey:
        return SigningKey.generate(self.entropy)

    # what is logged

    def append(self, facility: str, kind: str, raw: bytes) -> int:
        head = self.heads.get(facility, Head(0, bytes.fromhex(FIRST_PREVIOUS_LEAF)))
        received = round(self.now.timestamp() * 1000)
        place = (facility, head.sequence + 1, head.leaf.hex())
        entry = LogEntry(1, received, *place, kind, chain.digest(raw))
        self.lines.append(EntryLine(len(self.lines), entry, raw.decode()))
        self.leaves.append(log_entry.leaf(entry))
        self.heads[facility] = Head(head.sequence + 1, self.leaves[-1])
        return len(self.lines) - 1

    def act(self, act: acts.Act, facility: str | None = None, by: str = "controller") -> int:
        statement = acts.ActStatement(by, self.now, act)
        raw = envelope.seal("act", codec.encode(statement), self.order)
        place = log_entry.facility_of_act(statement) if facility is None else facility
        return self.append(place, "act", raw)

    def enrol(self, code: str, facility: str) -> Agent:
        agent = Agent(code, facility, self.new_key())
        self.agents[code] = agent
        public = agent.key.public.to_base64()
        self.act(acts.AgentEnrolled(code, facility, f"h-{code}", (SYSTEM,), public, "t1"))
        self.speak(code, Incarnation("first"))
        return agent

    def speak(self, code: str, body: Body, **wrong: object) -> int:
        """Seal a statement behind the agent's others and log it."""
        agent = self.agents[code]
        header = self.header(agent)
        raw = envelope.seal(
            KIND_OF_TYPE[type(body)],
            codec.encode_statement(header, body),
            wrong.get("key", agent.key),  # type: ignore[arg-type]
        )
        link = chain.link_digest(raw, body)
        agent.state = ChainState(header.incarnation, header.sequence, link)
        return self.append(agent.facility, KIND_OF_TYPE[type(body)], raw)

    def header(self, agent: Agent) -> Header:
        state = agent.state or ChainState("i1", 0, FIRST_PREVIOUS)
        place = (state.incarnation, state.sequence + 1, state.head)
        made_at = self.now - timedelta(seconds=5)
        return Header(
            agent.code, agent.facility, f"h-{agent.code}", (SYSTEM,), *place, made_at, "b1"
        )

    def store_score(self, value: float | None = None, log_size: int | None = None) -> int:
        """Store the score of FACILITY's system; `value` instead of the right one."""
        stored = self.scored(log_size)
        return self.act(stored if value is None else structs.replace(stored, score=value))

    def scored(self, log_size: int | None = None) -> acts.ScoreStored:
        """What an honest controller stores now."""
        size = len(self.lines)
        found = score(
            parse(CATALOGUE),
            fold(self.evidence(), logged_verdict),
            SystemKey(FACILITY, SYSTEM),
            self.now,
        )
        digest = sha256(CATALOGUE).hexdigest()
        return acts.ScoreStored(
            facility=FACILITY,
            system=SYSTEM,
            catalogue="test.level-3",
            catalogue_digest=digest,
            log_size=size if log_size is None else log_size,
            judged_at=self.now,
            score=found.value,
            coverage=found.coverage,
            raw=found.raw,
            scoring=SCORING,
        )

    def evidence(self) -> Iterator[LoggedStatement | LoggedAct]:
        for line in self.lines:
            payload = envelope.peek_payload(line.envelope.encode())
            at = datetime.fromtimestamp(line.entry.received_at_ms / 1000, UTC)
            if line.entry.kind == "act":
                statement = codec.decode_act(payload)
                yield LoggedAct(line.index, at, statement.act, statement.by)
            else:
                said = codec.decode_statement(line.entry.kind, payload)
                yield LoggedStatement(line.index, at, said.kind, said.header, said.body)

    # what is handed out

    def sign_checkpoint(self) -> str:
        made = Checkpoint(
            checkpoint.origin_of("GL"),
            len(self.lines),
            merkle.root(self.leaves),
            checkpoint.heads_root(self.heads),
            self.now,
        )
        text = checkpoint.sign(made, self.log)
        self.given.setdefault(len(self.lines), text)
        return text

    def export(self, path: Path, facility: str = FACILITY) -> Path:
        """Write a pack as `lachan-controller export pack` does."""
        self.act(acts.PackExported(facility, len(self.lines)))
        return self.write(path, self.moment(), facility)

    def moment(self) -> "Moment":
        return Moment(self, self.sign_checkpoint(), len(self.lines), dict(self.heads))

    def write(self, path: Path, moment: "Moment", facility: str = FACILITY) -> Path:
        with path.open("wb") as out:
            write_pack(moment, PackHead("GL", facility, self.now), self.order, out)
        return path


@dataclass(frozen=True)
class Moment:
    """The log as it stood: what `write_pack` reads."""

    province: Province
    checkpoint: str
    size: int
    heads: Mapping[str, Head]

    def entries(self, facility: str) -> Iterator[EntryLine]:
        lines = self.province.lines[: self.size]
        return (line for line in lines if line.entry.facility == facility)

    def inclusion_proof(self, log_index: int) -> list[bytes]:
        return merkle.inclusion_proof(self.province.leaves[: self.size], log_index)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        return merkle.consistency_proof(self.province.leaves[: self.size], old_size)

    def witnesses(self) -> Iterator[Witness]:
        for line in self.province.lines[: self.size]:
            if line.entry.kind == "inventory":
                payload = envelope.peek_payload(line.envelope.encode())
                said = codec.decode_statement("inventory", payload)
                assert isinstance(said.body, Inventory)
                yield Witness(line.entry.facility, said.header.agent, said.body.checkpoint)

    def checkpoint_at(self, size: int) -> str | None:
        return self.province.given.get(size)

    def catalogue(self, digest: str) -> bytes:
        del digest  # an honest province has one catalogue only
        return CATALOGUE


def findings(now: datetime, verdict: CheckVerdict = CheckVerdict.PASS) -> Findings:
    result = Result("sshd.root_login_denied", verdict, "PermitRootLogin no", now)
    return Findings((result,))


def inventory(text: str) -> Inventory:
    return Inventory("debian", "12", "6.1.0", "0.1.0", "0.14.0", 2, 2**30, "", text)


def ten_days(seed: int = 1, days: int = 10) -> Province:
    """Three hosts in two facilities, days of evidence, a score a day."""
    province = Province(seed)
    province.act(acts.FacilityAdded(FACILITY, "Bệnh viện"))
    province.act(acts.FacilityAdded(ELSEWHERE, "Trung tâm"))
    province.act(acts.SystemAdded(FACILITY, SYSTEM, "Kho tệp", Regime.ND331, 3, 86400.0))
    province.act(acts.PolicyAdopted("test.level-3", sha256(CATALOGUE).hexdigest()))
    for code, facility in (("a1", FACILITY), ("a2", FACILITY), ("a3", ELSEWHERE)):
        province.enrol(code, facility)
    for day in range(days):
        verdict = CheckVerdict.PASS if day % 2 else CheckVerdict.FAIL
        for code in province.agents:
            province.speak(code, inventory(province.sign_checkpoint()))
            province.speak(code, findings(province.now, verdict))
        province.store_score()
        province.now += timedelta(days=1)
    province.now -= timedelta(hours=23)
    return province


def waiver(control: str, until: datetime) -> acts.ExceptionRequested:
    """A request to bear a fault of FACILITY's system."""
    words = ("the vendor mends it in spring", "the port is closed at the firewall")
    fields = ("w1", ExceptionKind.WAIVER, FACILITY, SYSTEM, control, *words)
    return acts.ExceptionRequested(*fields, until)


def document(control: str, start: datetime, until: datetime) -> acts.AttestationRecorded:
    """A paper that proves a row of FACILITY."""
    words = ("Quy trình quản lý rủi ro, số 12/QT", "d" * 64)
    return acts.AttestationRecorded("t1", FACILITY, (control,), *words, start, until)


Edit = Callable[[dict[str, bytes]], None]


def repack(path: Path, edit: Edit, signer: SigningKey | None) -> Path:
    """Change files inside a pack; with a signer, the pack's statement is made to fit again."""
    with path.open("rb") as stream:
        members = archive.read_archive(stream)
        files = {
            name: archive.open_member(stream, member).read() for name, member in members.items()
        }
    edit(files)
    if signer is not None:
        old = envelope.peek_payload(files[pack.STATEMENT])
        statement = codec.decode_as(PackStatement, old)
        digests = {
            name: sha256(data).hexdigest() for name, data in files.items() if name != pack.STATEMENT
        }
        fields = (statement.province, statement.facility, statement.made_at, statement.log_size)
        files[pack.STATEMENT] = envelope.seal(
            pack.KIND, codec.encode(PackStatement(*fields, digests)), signer
        )
    with path.open("wb") as out:
        archive.write_archive(out, {name: io.BytesIO(data) for name, data in files.items()})
    return path
