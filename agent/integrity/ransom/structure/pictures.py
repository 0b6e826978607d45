"""JPEG, PNG, BMP, DICOM, MP4.

Source: ITU-T T.81 (JPEG) B.1.1; W3C PNG §5; DICOM PS3.5 A.4 and PS3.10 §7.1; ISO/IEC 14496-12 §4.2.
"""

import re
import zlib

from agent.integrity.ransom.blocks import BLOCK, is_random
from agent.integrity.ransom.structure.view import BUDGET, View, stretches

_TAIL = 64 << 10
_STRETCH, _STRETCHES = 16 << 10, 8
_BLOCKS = 128  # of which one in 20 lies whole in each 16th block of 4 KiB: 6
# Behind 0xFF inside compressed pictures stands 0 or a restart mark; the newer ways of JPEG write
# nothing above 0x8F there. Of random bytes 0.4 of all pairs do: 25 in a stretch.
_IMPOSSIBLE = re.compile(rb"\xff[\x90-\xcf\xe0-\xfd]")
_MOST_IMPOSSIBLE = 10
_SCAN_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SEGMENTS = frozenset(
    (0xC4, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0), *range(0xC0, 0xC4), *range(0xC5, 0xD0))
)
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_PNG_SIGNATURE = 8
_UID = re.compile(rb"\x02\x00\x10\x00UI..([0-9.]+)", re.DOTALL)
_ENCAPSULATED = b"1.2.840.10008.1.2.4."
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_RLE = b"1.2.840.10008.1.2.5"
_SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
_MOST_BOXES = 64


def jpeg_broken(view: View) -> bool | None:
    """Its marks one after another as far as it is read; its end; stretches beyond."""
    if b"\xff\xd9" not in view.read(max(0, view.size - _TAIL), _TAIL):
        return True
    content = view.read(0, BUDGET)
    if _marks_broken(content):
        return True
    return view.size > BUDGET and _overfull(view)


def _marks_broken(content: bytes) -> bool:
    at, length = 2, len(content)
    while at + 4 <= length:
        if content[at] != 0xFF:  # noqa: PLR2004 - every mark begins so
            return True
        mark = content[at + 1]
        if mark == 0xFF:  # noqa: PLR2004 - filling
            at += 1
        elif mark == _END_OF_IMAGE:
            return False  # what follows is not the picture's
        elif mark not in _SEGMENTS:
            return True
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            if mark == _START_OF_SCAN:
                found = _SCAN_MARK.search(content, at)
                at = found.start() if found else length
    return False


def _overfull(view: View) -> bool:
    """Whether a stretch after the first holds what no compressed picture holds."""
    return any(
        len(_IMPOSSIBLE.findall(stretch)) > _MOST_IMPOSSIBLE
        for stretch in list(stretches(view, _STRETCH, _STRETCHES))[1:]
    )


def png_broken(view: View) -> bool | None:
    """The sum of each chunk as far as it is read, and that there is an end."""
    at, content = _PNG_SIGNATURE, view.read(0, BUDGET)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        body = content[at + 4 : at + 8 + length]
        if not body[:4].isalpha() or at + 12 + length > view.size:
            return True
        if at + 12 + length > len(content):
            break
        if zlib.crc32(body).to_bytes(4, "big") != content[at + 8 + length : at + 12 + length]:
            return True
        if body[:4] == b"IEND":
            return False
        at += 12 + length
    return b"IEND" not in view.read(max(0, view.size - _TAIL), _TAIL)


def bitmap_broken(view: View) -> bool | None:
    """Pixels that are not compressed are never random."""
    return any(is_random(stretch) for stretch in stretches(view, BLOCK, _BLOCKS))


def dicom_broken(view: View) -> bool | None:
    """Compressed pictures end with a mark and hold no impossible bytes; others are not random."""
    found = _UID.search(view.read(0, BLOCK))
    if found is None:
        return None
    syntax = found[1]
    if syntax == _DEFLATED:
        return None
    if syntax.startswith(_ENCAPSULATED) or syntax == _RLE:
        if _SEQUENCE_END not in view.read(max(0, view.size - _TAIL), _TAIL):
            return True
        return syntax != _RLE and _overfull(view)
    return any(is_random(stretch) for stretch in stretches(view, BLOCK, _BLOCKS))


def film_broken(view: View) -> bool | None:
    """The chain of boxes leads to the end."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at == view.size:
            return False
        head = view.read(at, 16)
        if len(head) < 8 or not head[4:8].isascii() or not head[4:8].strip().isalnum():  # noqa: PLR2004
            return True
        size = int.from_bytes(head[:4], "big")
        if size == 0:  # to the end
            return False
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8 or at + size > view.size:  # noqa: PLR2004 - a box's own head
            return True
        at += size
    return None
