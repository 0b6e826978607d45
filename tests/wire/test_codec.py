"""The codec: what is encoded is read back; any bytes give a value or the documented error."""

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct, inspect

from wire import codec, http
from wire.acts import ActStatement
from wire.errors import DecodeError, EncodeError
from wire.header import Header
from wire.log_entry import LogEntry
from wire.messages import Gap, Heartbeat, Inventory, Statement, type_of_kind
from wire.orders import Order, order_type_of_kind
from wire.request import Headers
from wire.token import Token

HTTP = (
    http.Enrolment,
    http.EnrolmentAnswer,
    http.HeartbeatAnswer,
    http.EvidenceAnswer,
    http.ErrorAnswer,
)
WHOLE: tuple[type[Struct], ...] = (
    *type_of_kind.values(),
    *order_type_of_kind.values(),
    ActStatement,
    Heartbeat,
    Header,
    LogEntry,
    Headers,
    Token,
    *HTTP,
)
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(3000, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def values_of(node: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401, C901, PLR0911, PLR0912 - one case a line
    """Every value that a field's type allows, within its bounds."""
    match node:
        case inspect.Metadata():
            return values_of(node.type)
        case inspect.StructType():
            fields = {field.name: values_of(field.type) for field in node.fields}
            return st.builds(node.cls, **fields)
        case inspect.StrType(pattern=str(pattern)):
            return st.from_regex(pattern).filter(lambda text: text.isprintable())
        case inspect.StrType():
            return st.text(max_size=min(node.max_length or 50, 50))
        case inspect.IntType():
            return st.integers(node.ge, node.le)
        case inspect.FloatType():
            return st.floats(node.ge, node.le)
        case inspect.BoolType():
            return st.booleans()
        case inspect.DateTimeType():
            return MOMENTS
        case inspect.EnumType():
            return st.sampled_from(list(node.cls))
        case inspect.NoneType():
            return st.none()
        case inspect.UnionType():
            return st.one_of([values_of(inner) for inner in node.types])
        case inspect.VarTupleType():
            return st.lists(values_of(node.item_type), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(values_of(node.key_type), values_of(node.value_type), max_size=2)
        case _:
            raise NotImplementedError(node)


@pytest.mark.parametrize("struct", WHOLE, ids=lambda struct: struct.__name__)
def test_every_message_survives_its_encoding(struct: type[Struct]) -> None:
    @given(values_of(inspect.type_info(struct)))
    @settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
    def survives(value: Struct) -> None:
        payload = codec.encode(value)
        assert codec.decode_as(struct, payload) == value
        assert codec.encode(codec.decode_as(struct, payload)) == payload

    survives()


def decoders() -> Iterator[Callable[[bytes], object]]:
    for kind in (*type_of_kind, "made_up"):
        yield lambda raw, kind=kind: codec.decode_statement(kind, raw)  # type: ignore[misc]
    for body in type_of_kind.values():
        yield lambda raw, body=body: codec.decode_as(body, raw)  # type: ignore[misc]
    for kind in (*order_type_of_kind, "made_up"):
        yield lambda raw, kind=kind: codec.decode_order(kind, raw)  # type: ignore[misc]
    yield codec.decode_act
    yield codec.decode_heartbeat
    yield codec.decode_header
    for struct in WHOLE:
        yield lambda raw, struct=struct: codec.decode_as(struct, raw)  # type: ignore[misc]


DECODERS = tuple(decoders())
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)


@given(st.binary(max_size=200) | JSON.map(msgspec.json.encode))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_value_or_the_documented_error(raw: bytes) -> None:
    for decode in DECODERS:
        with contextlib.suppress(DecodeError):
            decode(raw)


def damaged(payload: bytes, position: int, byte: int) -> bytes:
    place = position % len(payload)
    return payload[:place] + bytes([byte]) + payload[place + 1 :]


@given(position=st.integers(0, 10_000), byte=st.integers(0, 255))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_statement_gives_a_value_or_the_documented_error(
    header: Header, position: int, byte: int
) -> None:
    payload = damaged(codec.encode_statement(header, Gap("outbox", "lost")), position, byte)
    with contextlib.suppress(DecodeError):
        codec.decode_statement("gap", payload)


def test_a_statement_is_read_with_the_body_that_its_kind_names(header: Header) -> None:
    payload = codec.encode_statement(header, Gap("outbox", "lost"))
    assert codec.decode_statement("gap", payload) == codec.Decoded(
        "gap", header, Gap("outbox", "lost")
    )
    with pytest.raises(DecodeError):
        codec.decode_statement("rotation", payload)
    assert codec.decode_header(payload) == header


def test_a_later_version_is_refused_and_said(header: Header) -> None:
    payload = codec.encode(Statement(header=header, body=msgspec.Raw(b"{}"), v=2))
    with pytest.raises(DecodeError, match="version 2"):
        codec.decode_header(payload)


def test_reports_tolerate_unknown_fields_and_orders_refuse_them() -> None:
    report = codec.encode(Gap("outbox", "lost")).replace(b"{", b'{"new":1,', 1)
    assert codec.decode_as(Gap, report) == Gap("outbox", "lost")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    order = Order("a1", "o1", 1, "check", issued_at=moment, expires_at=moment)
    payload = codec.encode(order)
    assert codec.decode_order("order", payload) == order
    with pytest.raises(DecodeError):
        codec.decode_order("order", payload.replace(b"{", b'{"new":1,', 1))


def test_equal_messages_have_equal_bytes_whatever_order_they_were_filled_in() -> None:
    assert codec.encode(_Pairs({"b": 1, "a": 2})) == codec.encode(_Pairs({"a": 2, "b": 1}))


class _Pairs(Struct, frozen=True):
    pairs: dict[str, int]


def test_what_its_receiver_would_refuse_is_not_encoded() -> None:
    with pytest.raises(EncodeError):
        codec.encode(Gap("not a code!", "lost"))
    with pytest.raises(EncodeError):
        codec.encode(Gap("outbox", "lost", from_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises(EncodeError):
        codec.encode(Gap("outbox", "lost", count=-1))
    with pytest.raises(EncodeError):
        codec.encode(Inventory("debian", "12", "\ud800", "0.1.0", "", 1, 1))


@pytest.mark.parametrize("year", ["0001", "1969", "3001", "9999"])
def test_a_moment_that_would_overflow_arithmetic_is_refused(header: Header, year: str) -> None:
    payload = codec.encode_statement(header, Gap("outbox", "lost", from_at=header.made_at))
    for place in (b'"made_at":"2026', b'"from_at":"2026'):
        assert place in payload
        changed = payload.replace(place, place[:-4] + year.encode())
        with pytest.raises(DecodeError, match=r"moment|year"):
            codec.decode_statement("gap", changed)


def test_size_and_nesting_are_bounded_before_parsing() -> None:
    deep = b"[" * 100_000
    for raw in (deep, b'{"a":' * 20 + b"1" + b"}" * 20):
        with pytest.raises(DecodeError, match="nested deeper"):
            codec.decode_as(Gap, raw)
    with pytest.raises(DecodeError, match="at most"):
        codec.decode_as(Gap, b" " * (codec.LIMIT_BYTES + 1))
    flat = b'{"subject":"outbox","reason":"lost","x":[' + b"[]," * 100 + b'"[[[[[[[[[[[[[[[[["]}'
    assert codec.decode_as(Gap, flat) == Gap("outbox", "lost")


def test_hostile_quotes_cost_no_more_than_other_bytes() -> None:
    raw = b"[{}]" * 10 + b'"' + b'\\"' * 400_000
    with pytest.raises(DecodeError):
        codec.decode_as(Gap, raw)


def deepest(payload: bytes) -> int:
    """Read byte by byte: brackets inside strings do not count, and a backslash hides one byte."""
    depth = most = 0
    in_string = hidden = False
    for byte in payload.decode():
        if hidden:
            hidden = False
        elif in_string:
            hidden, in_string = byte == "\\", byte != '"'
        elif byte == '"':
            in_string = True
        elif byte in "[{":
            depth += 1
            most = max(most, depth)
        elif byte in "]}":
            depth -= 1
    return most


TOKENS = st.sampled_from(["[", "{", "]", "}", "[[[[", "{}", '"', '"[{', r"\\", r"\"", "é", "1"])


@given(st.lists(TOKENS, max_size=60).map("".join), st.integers(0, 40))
def test_depth_is_measured_outside_strings_only(text: str, more: int) -> None:
    payload = ("[" * more + text).encode()
    if b"\\" not in payload or _backslashes_stand_in_strings(payload):
        assert codec._too_deep(payload) == (deepest(payload) > codec.LIMIT_DEPTH)  # noqa: SLF001


def _backslashes_stand_in_strings(payload: bytes) -> bool:
    """Outside of strings a backslash is no JSON, and the parser refuses it whatever its depth."""
    outside = re.sub(rb'"(?:[^"\\]|\\.)*+"?', b"", payload, flags=re.DOTALL)
    return b"\\" not in outside
