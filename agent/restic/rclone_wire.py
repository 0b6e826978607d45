"""Speaks to `rclone serve restic --stdio` as restic does: one HTTP/2 request after another. Pure.

Only what is needed to list a small folder, and to write or delete one small object. Headers are
written as literals without Huffman coding; of an answer's headers only the status is read. We allow
the other end no dynamic table, so each status stands in HPACK's static table or as three digits.

Source: RFC 9113 (frames), RFC 7541 (appendix A, the static table); restic's REST protocol.
"""

from dataclasses import dataclass

from agent.restic.pipe import Read, Write

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_END_STREAM, _ACK, _END_HEADERS, _PADDED = 1, 1, 4, 8
_HEAD_BYTES = 9
_STATUSES = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}
_STATUS_NAMES = range(8, 15)  # where HPACK's static table holds the name `:status`
_LITERAL_STATUS = frozenset(form | name for form in (0x00, 0x10, 0x40) for name in _STATUS_NAMES)
_TABLE_SIZE, _TABLE_SIZE_MASK = 0x20, 0xE0  # of a change of the dynamic table's size
_NO_TABLE = b"\x00\x01\x00\x00\x00\x00"  # SETTINGS_HEADER_TABLE_SIZE 0
_GOOD = frozenset({200, 204})
_LARGEST_ANSWER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `good` only for 200 and 204. `status` None: one that we cannot read."""

    good: bool
    body: bytes
    status: int | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def ends(self) -> bool:
        return self.kind == _RST_STREAM or bool(self.flags & _END_STREAM)


def opening() -> bytes:
    """What a client says first."""
    return PREFACE + _frame(_SETTINGS, 0, 0, _NO_TABLE)


def request(stream: int, method: str, path: str, body: bytes | None = None) -> bytes:
    """One request, its body at most 16 KiB; streams are 1, 3, 5 and so on."""
    fields = (
        (":method", method),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", path),
        ("accept", "application/vnd.x.restic.rest.v2"),
    )
    block = b"".join(_literal(name, value) for name, value in fields)
    if body is None:
        return _frame(_HEADERS, _END_STREAM | _END_HEADERS, stream, block)
    return _frame(_HEADERS, _END_HEADERS, stream, block) + _frame(_DATA, _END_STREAM, stream, body)


def answer(stream: int, read: Read, write: Write) -> Answer:
    """Read frames until the answer to this request is whole.

    Raises:
        ValueError: the other end speaks no HTTP/2, or too much of it.
    """
    status: int | None = None
    body = b""
    while True:
        frame = _read(read)
        if frame.kind == _GOAWAY:
            raise ValueError("GOAWAY")
        if frame.kind in {_SETTINGS, _PING} and not frame.flags & _ACK:
            write(_frame(frame.kind, _ACK, 0, frame.payload if frame.kind == _PING else b""))
        if frame.stream != stream:
            continue
        if frame.kind == _HEADERS:
            status = _status(frame) if status is None else status  # not of trailers
        elif frame.kind == _DATA:
            body += _unpadded(frame)
        if len(body) > _LARGEST_ANSWER_BYTES:
            raise ValueError("the answer is too long")
        if frame.ends:
            broken = frame.kind == _RST_STREAM
            return Answer(status in _GOOD and not broken, body, None if broken else status)


def _status(frame: _Frame) -> int | None:
    block = _unpadded(frame)
    while block and block[0] & _TABLE_SIZE_MASK == _TABLE_SIZE:
        block = block[1:]  # the other end takes our size zero, which is one byte
    if not block:
        return None
    if block[0] in _LITERAL_STATUS and block[2:5].isdigit():
        return int(block[2:5])
    return _STATUSES.get(block[0])


def _read(read: Read) -> _Frame:
    head = read(_HEAD_BYTES)
    length = int.from_bytes(head[:3])
    if length > _LARGEST_ANSWER_BYTES:
        raise ValueError("no HTTP/2")
    return _Frame(head[3], head[4], int.from_bytes(head[5:9]) & 0x7FFFFFFF, read(length))


def _unpadded(frame: _Frame) -> bytes:
    if not frame.flags & _PADDED:
        return frame.payload
    return frame.payload[1 : len(frame.payload) - frame.payload[0]]


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    head = len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4)
    return head + payload


def _literal(name: str, value: str) -> bytes:
    """A literal header field without indexing, new name (RFC 7541, 6.2.2)."""
    return b"\x00" + _text(name) + _text(value)


def _text(text: str) -> bytes:
    raw = text.encode("ascii")
    if len(raw) > 126:  # noqa: PLR2004 - longer lengths take more bytes, and none of ours is
        raise ValueError(text)
    return bytes((len(raw),)) + raw
