"""Reads a little of a changed file, at once, as a guest: what it is, not what it says."""

import hashlib
import os
import stat
from dataclasses import dataclass

from agent.files.content_class import TEXTS
from agent.files.opening import open_unseen
from agent.integrity.ransom.blocks import BLOCK, blocks_of, is_no_text
from agent.integrity.ransom.limits import LARGEST_NOTE
from agent.integrity.ransom.notes import kinds_of_words
from agent.integrity.ransom.observation import Probe
from agent.integrity.ransom.structure import JUDGES
from agent.integrity.ransom.structure.view import stretches

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_STRETCH, _STRETCHES = 16 * BLOCK, 64
_BOMS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16: half of its bytes may be zeros
UNREAD = Probe(read=False)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A `View` of an open file."""

    descriptor: int
    size: int
    seed: float

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self.descriptor, length, offset) if length > 0 and offset >= 0 else b""


def probe(path: bytes, content_class: str, seed: float, *, new: bool) -> Probe:
    """What is there now. A file that is gone, or closed to us, says nothing.

    Args:
        path: the file.
        content_class: what it is by its beginning.
        seed: 0 to 1, secret: where stretches are read.
        new: it was not there before; a small new text may be a blackmailer's note.
    """
    try:
        descriptor = open_unseen(path, _OPEN_FLAGS)
    except OSError:
        return UNREAD
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return UNREAD
        return _read(OpenFile(descriptor, status.st_size, seed), content_class, new=new)
    except OSError:
        return UNREAD
    finally:
        os.close(descriptor)


def worth_reading(content_class: str, size: int, *, new: bool) -> bool:
    """Whether a probe of such a file could say anything."""
    if content_class in TEXTS:
        return size <= LARGEST_NOTE or not new
    return content_class in JUDGES and not new


def _read(view: OpenFile, content_class: str, *, new: bool) -> Probe:
    if content_class in TEXTS:
        return _note(view) if new else _text(view)
    judge = JUDGES.get(content_class)
    return Probe(broken=None if judge is None else judge(view))


def _note(view: OpenFile) -> Probe:
    if view.size > LARGEST_NOTE:
        return Probe()
    content = view.read(0, LARGEST_NOTE)
    return Probe(words=kinds_of_words(content), digest=hashlib.sha256(content).digest())


def _text(view: OpenFile) -> Probe:
    if view.read(0, 2) in _BOMS:
        return Probe()
    found = [
        is_no_text(block)
        for stretch in stretches(view, _STRETCH, _STRETCHES)
        for block in blocks_of(stretch)
    ]
    return Probe(blocks=len(found), foreign=sum(found))
