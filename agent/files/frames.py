"""What the ledger and its hash workers say to each other: length, then MessagePack."""

import os
import struct
from typing import NamedTuple

import msgspec

from agent.files.hashing import Hashed
from agent.files.record import Status

_LENGTH = struct.Struct("<I")


class Wanted(NamedTuple):
    """A file to hash, with the status that lstat showed; None where nobody has asked."""

    key: bytes
    status: Status | None


_encode = msgspec.msgpack.Encoder().encode
_decode_wanted = msgspec.msgpack.Decoder(list[Wanted]).decode
_decode_hashed = msgspec.msgpack.Decoder(list[Hashed]).decode


def frame(batch: list[Wanted] | list[Hashed]) -> bytes:
    body = _encode(batch)
    return _LENGTH.pack(len(body)) + body


def send(pipe: int, batch: list[Wanted] | list[Hashed]) -> None:
    left = memoryview(frame(batch))
    while left:
        left = left[os.write(pipe, left) :]


def receive_wanted(pipe: int) -> list[Wanted]:
    """The next batch; empty when the other side has ended."""
    body = _receive(pipe)
    return _decode_wanted(body) if body else []


def receive_hashed(pipe: int) -> list[Hashed]:
    body = _receive(pipe)
    return _decode_hashed(body) if body else []


def _receive(pipe: int) -> bytes:
    head = _read(pipe, _LENGTH.size)
    return _read(pipe, _LENGTH.unpack(head)[0]) if head else b""


def _read(pipe: int, length: int) -> bytes:
    """Exactly that much and no byte of the next frame: whoever waits sees the pipe, no buffer."""
    pieces = b""
    while len(pieces) < length:
        piece = os.read(pipe, length - len(pieces))
        if not piece:
            return b""
        pieces += piece
    return pieces
