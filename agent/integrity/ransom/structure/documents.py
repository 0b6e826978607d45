"""PDF and the office formats before 2007.

Source: ISO 32000-1 §7.5; [MS-CFB] §2.2, §2.3.
"""

import re
import struct
import zlib

from agent.integrity.ransom.structure.unpacking import Unpacking
from agent.integrity.ransom.structure.view import BUDGET, View

_TAIL = 2048
_START = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
_TABLE_OR_OBJECT = re.compile(rb"\s*(xref\b|\d+\s+\d+\s+obj\b)")
_ENTRY = re.compile(rb"(\d{10}) \d{5} n")
_OBJECT = re.compile(rb"\s*\d+\s+\d+\s+obj\b")
_STREAM = re.compile(rb"/FlateDecode(?:(?!endobj|stream).){0,400}?stream\r?\n", re.DOTALL)
_MOST_OBJECTS = 64
_MOST_STREAMS = 64
_WRONG_SHARE = 0.05
_SECTOR_SHIFT, _FAT_SECTORS, _FIRST_FOLDER, _FAT_LIST = 30, 44, 48, 76
_LISTED = 109
_SHIFTS = (9, 12)
_LAST_SPECIAL = 0xFFFF_FFFA  # sector numbers from here on mean: none, end, table
_ROOT = "Root Entry".encode("utf-16-le")


def pdf_broken(view: View) -> bool | None:
    """Its end, the table of objects there, where the objects begin, and its packed streams."""
    tail = view.read(max(0, view.size - _TAIL), _TAIL)
    found = _START.findall(tail)
    if not found:
        return True
    table = view.read(int(found[-1]), _TAIL * 32)
    if not _TABLE_OR_OBJECT.match(table):
        return True
    if _objects_broken(view, table):
        return True
    locked = b"/Encrypt" in tail or b"/Encrypt" in table
    return False if locked else _streams_broken(view.read(0, BUDGET))


def _objects_broken(view: View, table: bytes) -> bool:
    entries = [int(found) for found in _ENTRY.findall(table)]
    chosen = entries[:: max(1, len(entries) // _MOST_OBJECTS)]
    wrong = sum(not _OBJECT.match(view.read(offset, 32)) for offset in chosen)
    return wrong > _WRONG_SHARE * len(chosen)


def _streams_broken(content: bytes) -> bool:
    """Whether a packed stream cannot be unpacked. One cut off by the budget is no proof."""
    unpacking = Unpacking()
    for number, found in enumerate(_STREAM.finditer(content)):
        if number >= _MOST_STREAMS:
            break
        end = content.find(b"endstream", found.end())
        packed = content[found.end() : end if end >= 0 else None]
        if unpacking.broken(zlib.decompressobj(), packed):
            return True
    return False


def ole_broken(view: View) -> bool | None:
    """Its table of sectors holds sector numbers, its first folder entry is the root."""
    head = view.read(0, 512)
    shift = int.from_bytes(head[_SECTOR_SHIFT : _SECTOR_SHIFT + 2], "little")
    if len(head) < 512 or shift not in _SHIFTS:  # noqa: PLR2004 - the header's length
        return True
    sector = 1 << shift
    (folder,) = struct.unpack_from("<L", head, _FIRST_FOLDER)
    if view.read((folder + 1) * sector, len(_ROOT)) != _ROOT:
        return True
    count = min(int.from_bytes(head[_FAT_SECTORS : _FAT_SECTORS + 4], "little"), _LISTED)
    places = struct.unpack_from(f"<{count}L", head, _FAT_LIST)
    most = view.size // sector + 1
    return any(_table_broken(view.read((one + 1) * sector, sector), most) for one in places)


def _table_broken(table: bytes, most: int) -> bool:
    numbers = struct.unpack(f"<{len(table) // 4}L", table[: len(table) // 4 * 4])
    wrong = sum(most < number < _LAST_SPECIAL for number in numbers)
    return not numbers or wrong > _WRONG_SHARE * len(numbers)
