"""Unpacks deflated bytes to see whether they are whole; a bomb is left alone. Pure."""

import zlib
from collections.abc import Iterator
from typing import Protocol

_PIECE = 1 << 20
MOST_UNPACKED = 16 * _PIECE  # of one file: a tenth of a second


class Unpacker(Protocol):
    """What `zlib.decompressobj` gives."""

    @property
    def eof(self) -> bool: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, packed: bytes, most: int, /) -> bytes: ...


class Unpacking:
    """Guards how much is still unpacked of one file."""

    def __init__(self) -> None:
        self._left = MOST_UNPACKED

    def broken(self, unpacker: Unpacker, packed: bytes, crc: int | None = None) -> bool | None:
        """Whether it cannot be unpacked, or has another sum. None: it goes on, or is too much."""
        found = 0
        try:
            for piece in self._pieces(unpacker, packed):
                found = zlib.crc32(piece, found) if crc is not None else 0
        except zlib.error:
            return True
        if not unpacker.eof:
            return None
        return crc is not None and found != crc

    def _pieces(self, unpacker: Unpacker, packed: bytes) -> Iterator[bytes]:
        while packed and not unpacker.eof and self._left > 0:
            piece = unpacker.decompress(packed, _PIECE)
            self._left -= len(piece)
            packed = unpacker.unconsumed_tail
            yield piece
