"""Every signed statement: who signed it, whether that counted then, and its place in its chain."""

from dataclasses import dataclass, field

from verify.faults import FaultCode, Findings, RemarkCode
from verify.trust import KeyRing
from wire import chain
from wire.acts import Act, ActStatement, PolicyAdopted, ScoreStored
from wire.approval_chain import Approved, follow_approval
from wire.chain import ChainError, ChainState
from wire.codec import Decoded, decode_act, decode_header, decode_order, decode_statement
from wire.envelope import Opened, UnknownKeyError, open_envelope, peek_keyid
from wire.errors import DecodeError, SignatureError
from wire.event_chain import EventChain, follow
from wire.header import Header
from wire.log_entry import facility_of_act
from wire.messages import (
    Baseline,
    FileEvents,
    Gap,
    Inventory,
    Rotation,
    Suspicion,
    Tombstone,
    type_of_kind,
)
from wire.orders import order_type_of_kind
from wire.pack import EntryLine

ACT = "act"


@dataclass(slots=True)
class Speaker:
    """What one agent said, in numbers."""

    state: ChainState | None = None
    statements: int = 0
    incarnations: int = 0
    last_ms: int = 0
    gaps: int = 0
    dropped: int = 0
    events: EventChain | None = None  # of watched files
    approved: Approved | None = None
    breaks: int = 0  # of these two chains
    suspicions: dict[str, str] = field(default_factory=dict)  # id -> state that was told last


@dataclass(slots=True)
class Heard:
    """What the walk along the log leaves for the judges after it."""

    ring: KeyRing
    speakers: dict[str, Speaker] = field(default_factory=dict)
    scores: list[tuple[str, int, ScoreStored]] = field(default_factory=list)  # where, index
    adopted: list[tuple[int, str]] = field(default_factory=list)  # index, catalogue's digest
    held: dict[str, str] = field(default_factory=dict)  # checkpoint text -> agent that holds it
    envelopes: int = 0
    newer: int = 0
    first_ms: int | None = None
    last_ms: int | None = None


def hear(where: str, line: EntryLine, heard: Heard, findings: Findings) -> None:
    """Verify one envelope and take over what it says; what is wrong is a fault, not an end."""
    raw = line.envelope.encode()
    try:
        opened = _opened(where, line, raw, heard, findings)
        if opened is None:
            return
        if line.entry.kind == ACT:
            _hear_act(where, line, decode_act(opened.payload), heard, findings)
        elif line.entry.kind in order_type_of_kind:
            decode_order(opened.kind, opened.payload)
        else:
            _hear_agent(where, line, raw, opened, (heard, findings))
    except DecodeError as error:
        reason = str(error.parameters["reason"])
        findings.fault(where, FaultCode.STATEMENT_UNREADABLE, reason=reason)


def _opened(
    where: str, line: EntryLine, raw: bytes, heard: Heard, findings: Findings
) -> Opened | None:
    """The envelope, if a key that counts at this place signed it."""
    heard.envelopes += 1
    by_controller = line.entry.kind == ACT or line.entry.kind in order_type_of_kind
    keys = heard.ring.order_keys() if by_controller else heard.ring.agent_keys()
    try:
        opened = open_envelope(raw, keys)
    except UnknownKeyError:
        findings.fault(where, FaultCode.NOT_TRUSTED, agent=peek_keyid(raw)[:32])
        return None
    except SignatureError as error:
        reason = str(error.parameters["reason"])
        findings.fault(where, FaultCode.SIGNATURE, reason=reason)
        return None
    if opened.kind != line.entry.kind:
        findings.fault(where, FaultCode.WRONG_PLACE, expected=line.entry.kind, found=opened.kind)
        return None
    return opened


def _hear_act(
    where: str, line: EntryLine, statement: ActStatement, heard: Heard, findings: Findings
) -> None:
    act: Act = statement.act
    _demand_place(where, facility_of_act(statement), line.entry.facility, findings)
    if not heard.ring.learn_act(act, line.entry.received_at_ms):
        findings.fault(where, FaultCode.ROTATION, agent=getattr(act, "agent", "-"))
    if isinstance(act, ScoreStored):
        heard.scores.append((where, line.index, act))
    elif isinstance(act, PolicyAdopted):
        heard.adopted.append((line.index, act.digest))


def _hear_agent(
    where: str, line: EntryLine, raw: bytes, opened: Opened, into: tuple[Heard, Findings]
) -> None:
    heard, findings = into
    if opened.kind in type_of_kind:
        decoded = decode_statement(opened.kind, opened.payload)
        header, link = decoded.header, chain.link_digest(raw, decoded.body)
    else:
        decoded, header, link = None, decode_header(opened.payload), chain.digest(raw)
        heard.newer += 1
    _demand_place(where, header.facility, line.entry.facility, findings)
    if heard.ring.holder(opened.keyid) != header.agent:
        findings.fault(where, FaultCode.NOT_TRUSTED, agent=header.agent)
        return
    speaker = heard.speakers.setdefault(header.agent, Speaker())
    _follow(where, speaker, (header, link, opened.kind), findings)
    _count(speaker, line.entry.received_at_ms, heard)
    if decoded is not None:
        _take_over(decoded, speaker, heard)


def _follow(
    where: str, speaker: Speaker, said: tuple[Header, str, str], findings: Findings
) -> None:
    """One step along the chain; after a fault it goes on from here, so that one is one."""
    header, link, kind = said
    try:
        reached = chain.accept(speaker.state, header, link, kind)
        if reached is speaker.state:
            findings.fault(where, FaultCode.CHAIN, agent=header.agent, reason="REPEATED")
    except ChainError as error:
        findings.fault(where, FaultCode.CHAIN, agent=header.agent, reason=error.code)
    if speaker.state is None or speaker.state.incarnation != header.incarnation:
        speaker.incarnations += 1
    speaker.state = ChainState(header.incarnation, header.sequence, link)


def _count(speaker: Speaker, received_at_ms: int, heard: Heard) -> None:
    speaker.statements += 1
    speaker.last_ms = received_at_ms
    heard.first_ms = received_at_ms if heard.first_ms is None else heard.first_ms
    heard.last_ms = received_at_ms


def _take_over(decoded: Decoded, speaker: Speaker, heard: Heard) -> None:
    body, agent = decoded.body, decoded.header.agent
    if isinstance(body, Rotation):
        heard.ring.learn_rotation(agent, body)
    elif isinstance(body, Inventory) and body.checkpoint:
        heard.held.setdefault(body.checkpoint, agent)
    elif isinstance(body, FileEvents | Baseline | Suspicion):
        _take_files(body, decoded.header, speaker)
    elif isinstance(body, Gap):
        speaker.gaps += 1
    elif isinstance(body, Tombstone):
        speaker.dropped += 1


def _take_files(body: FileEvents | Baseline | Suspicion, header: Header, speaker: Speaker) -> None:
    """Whether what is said of watched files goes on from what was said before."""
    broken: object = None
    if isinstance(body, FileEvents):
        speaker.events, broken = follow(speaker.events, header.incarnation, body)
    elif isinstance(body, Baseline):
        broken = follow_approval(speaker.approved, header.incarnation, body)
        speaker.approved = Approved(header.incarnation, body.number, body.root)
    else:
        speaker.suspicions[body.id] = body.state
    speaker.breaks += broken is not None


def _demand_place(where: str, found: str, expected: str, findings: Findings) -> None:
    if found != expected:
        findings.fault(where, FaultCode.WRONG_PLACE, expected=expected or "-", found=found or "-")


def remark_newer(heard: Heard, findings: Findings) -> None:
    if heard.newer:
        findings.remark("log", RemarkCode.NEWER_KIND, count=heard.newer)
