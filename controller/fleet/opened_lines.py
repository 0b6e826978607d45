"""The lines of a batch: signatures checked over received bytes, then understood."""

from collections.abc import Mapping
from dataclasses import dataclass

from controller.store.projections.entry import Content
from controller.store.queries_agents import Agent
from wire.chain import link_digest
from wire.codec import Decoded, decode_header, decode_statement
from wire.envelope import Opened, open_envelope
from wire.errors import DecodeError, SignatureError
from wire.header import Header
from wire.http import Problem
from wire.keys import PublicKey
from wire.messages import Rotation, type_of_kind
from wire.orders import order_type_of_kind

_NOT_STATEMENTS = frozenset({"act", "heartbeat", "enrolment_answer", *order_type_of_kind})


@dataclass(frozen=True, slots=True)
class Line:
    """One statement with its bytes."""

    number: int  # counts from 1
    raw: bytes
    kind: str
    keyid: str
    header: Header
    content: Content
    link: str

    @property
    def body(self) -> object:
        return self.content.body if isinstance(self.content, Decoded) else None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not taken, with the code of its fault."""

    number: int
    code: str
    sequence: int | None = None


def open_lines(body: bytes, agent: Agent) -> list[Line | BadLine]:
    """Open every line of a batch with the keys that the agent had, has, or changes to in it."""
    keys = dict(agent.keys)
    opened: list[Line | BadLine] = []
    for number, raw in enumerate(body.split(b"\n"), start=1):
        if not raw:
            continue
        line = _open_line(number, raw, agent, keys)
        opened.append(line)
        if isinstance(line, Line) and isinstance(line.body, Rotation):
            following = PublicKey.from_base64(line.body.new_public_key)
            keys[following.keyid] = following
    return opened


def _open_line(
    number: int, raw: bytes, agent: Agent, keys: Mapping[str, PublicKey]
) -> Line | BadLine:
    try:
        opened = open_envelope(raw, keys)
        content = _understand(opened)
    except SignatureError:
        return BadLine(number, Problem.BAD_SIGNATURE)
    except DecodeError:
        return BadLine(number, Problem.BAD_BYTES)
    header = content.header if isinstance(content, Decoded) else content
    if (header.agent, header.facility) != (agent.code, agent.facility):
        return BadLine(number, Problem.NOT_ITS_FACILITY, header.sequence)
    body = content.body if isinstance(content, Decoded) else None
    link = link_digest(raw, body)
    return Line(number, raw, opened.kind, opened.keyid, header, content, link)


def _understand(opened: Opened) -> Decoded | Header:
    """A statement; of kinds that are newer than we are, its header."""
    if opened.kind in _NOT_STATEMENTS:
        raise DecodeError(kind=opened.kind, reason="not a statement of an agent")
    if opened.kind not in type_of_kind:
        return decode_header(opened.payload)
    statement = decode_statement(opened.kind, opened.payload)
    if isinstance(statement.body, Rotation):
        PublicKey.from_base64(statement.body.new_public_key)  # raises when it is no key
    return statement
