"""Reads one file once, for everything that is asked about its content.

The answer is of the very content that was seen, or there is none: its SHA-256 is compared, and what
has changed or gone since cannot be read any more. Links are not followed, pipes not waited for.
"""

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator

from agent.integrity.noise.context import Reading
from agent.integrity.noise.questions import Question

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PIECE = 1 << 18
_HEAD = 16
_MOST_UNPACKED = 1 << 28
_GZIP = 16 + zlib.MAX_WBITS


def read(question: Question) -> Reading | None:
    """The answer; None: this content is not there any more, or cannot be read."""
    try:
        return _link(question) if question.is_link else _file(question)
    except OSError:
        return None


def _link(question: Question) -> Reading | None:
    target = os.readlink(question.path)  # noqa: PTH115 - bytes
    same = hashlib.sha256(target).digest() == question.sha256
    return Reading(target=target) if same else None


def _file(question: Question) -> Reading | None:
    descriptor = os.open(question.path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return _content(descriptor, question)
    finally:
        os.close(descriptor)


def _content(descriptor: int, question: Question) -> Reading | None:
    whole, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    head = b""
    inside = _Beginnings(question.lengths)

    def passing() -> Iterator[bytes]:
        nonlocal head
        for piece in _pieces(descriptor, question.size):
            head = head or piece[:_HEAD]
            whole.update(piece)
            if question.md5:
                md5.update(piece)
            yield piece

    for piece in _unpacked(passing()) if question.unpack else passing():
        inside.take(piece)
    if whole.digest() != question.sha256:
        return None
    return Reading(md5.hexdigest() if question.md5 else "", head, b"", inside.found())


def _pieces(descriptor: int, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = os.read(descriptor, min(_PIECE, left))
        if not piece:
            return
        left -= len(piece)
        yield piece


class _Beginnings:
    """The sums of beginnings of what passes by."""

    def __init__(self, lengths: frozenset[int]) -> None:
        self._wanted = sorted(lengths, reverse=True)
        self._passed = 0
        self._sum = hashlib.sha256()
        self._found: dict[int, bytes] = {}

    def take(self, piece: bytes) -> None:
        while self._wanted and self._wanted[-1] <= self._passed + len(piece):
            part = self._wanted[-1] - self._passed
            self._advance(piece[:part])
            piece = piece[part:]
            self._found[self._wanted.pop()] = self._sum.digest()
        self._advance(piece)

    def found(self) -> dict[int, bytes]:
        """A length of nothing at all is known of an empty file, too."""
        self.take(b"")
        return self._found

    def _advance(self, piece: bytes) -> None:
        if self._wanted:
            self._sum.update(piece)
            self._passed += len(piece)


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What gzip packed. What is no gzip, or grows beyond measure, ends early: it proves nothing."""
    unpacker = zlib.decompressobj(_GZIP)
    left = _MOST_UNPACKED
    for piece in pieces:
        packed = piece
        while packed and left > 0 and not unpacker.eof:
            try:
                content = unpacker.decompress(packed, _PIECE)
            except zlib.error:
                left = 0
                break
            left -= len(content)
            packed = unpacker.unconsumed_tail
            yield content
