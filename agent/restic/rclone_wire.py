"""Speaks to `rclone serve restic --stdio` as restic does: one HTTP/2 request after another. Pure.

Only what is needed to list a small folder and to delete one object. Headers are written as
literals without Huffman coding; of an answer's headers only the status is read, and a status
that does not stand in HPACK's static table counts as a refusal.

Source: RFC 9113 (frames), RFC 7541 (appendix A, the static table); restic's REST protocol.
"""

from collections.abc import Callable
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_END_STREAM, _ACK, _END_HEADERS, _PADDED = 1, 1, 4, 8
_HEAD_BYTES = 9
_GOOD = {0x88: 200, 0x89: 204}  # indexed header fields 8 and 9
_LARGEST_ANSWER_BYTES = 1 << 20

Read = Callable[[int], bytes]  # exactly so many bytes, or an error
Write = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `good` only for 200 and 204."""

    good: bool
    body: bytes


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
    return PREFACE + _frame(_SETTINGS, 0, 0, b"")


def request(stream: int, method: str, path: str) -> bytes:
    """One request without a body; streams are 1, 3, 5 and so on."""
    fields = (
        (":method", method),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", path),
        ("accept", "application/vnd.x.restic.rest.v2"),
    )
    block = b"".join(_literal(name, value) for name, value in fields)
    return _frame(_HEADERS, _END_STREAM | _END_HEADERS, stream, block)


def answer(stream: int, read: Read, write: Write) -> Answer:
    """Read frames until the answer to this request is whole.

    Raises:
        ValueError: the other end speaks no HTTP/2, or too much of it.
    """
    good, body = False, b""
    while True:
        frame = _read(read)
        if frame.kind == _GOAWAY:
            raise ValueError("GOAWAY")
        if frame.kind in {_SETTINGS, _PING} and not frame.flags & _ACK:
            write(_frame(frame.kind, _ACK, 0, frame.payload if frame.kind == _PING else b""))
        if frame.stream != stream:
            continue
        if frame.kind == _HEADERS:
            good = frame.payload[:1] != b"" and frame.payload[0] in _GOOD
        elif frame.kind == _DATA:
            body += _unpadded(frame)
        if len(body) > _LARGEST_ANSWER_BYTES:
            raise ValueError("the answer is too long")
        if frame.ends:
            return Answer(good and frame.kind != _RST_STREAM, body)


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
