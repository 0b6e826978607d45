"""ZIP (with the office formats that are one), gzip, tar, 7z, xz.

Source: PKWARE APPNOTE 6.3; RFC 1952; POSIX.1-2017 pax, ustar; 7zFormat.txt; The .xz file format.
"""

import struct
import zlib
from typing import NamedTuple

from agent.integrity.ransom.structure.unpacking import Unpacking
from agent.integrity.ransom.structure.view import BUDGET, View

_END = b"PK\x05\x06"
_END_MOST = 65_557
_END_RECORD = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ZIP64 = 0xFFFF_FFFF
_DEFLATED, _STORED = 8, 0
_ENCRYPTED = 1
_MOST_MEMBERS = 64
_TAR_BLOCK = 512
_MOST_TAR = 64
_SEVEN_ZIP = struct.Struct("<8sLQQL")
_SEVEN_ZIP_HEADER = 32


class _Member(NamedTuple):
    method: int
    crc: int
    packed: int
    offset: int


def zip_broken(view: View) -> bool | None:
    """Its directory at the end, where each member begins, and the sum of the biggest that fit."""
    tail_at = max(0, view.size - _END_MOST)
    tail = view.read(tail_at, _END_MOST)
    found = tail.rfind(_END)
    if found < 0 or found + _END_RECORD.size > len(tail):
        return True
    _, _, _, _, total, size, start, _ = _END_RECORD.unpack_from(tail, found)
    if _ZIP64 in (size, start):
        return None
    directory = view.read(start, min(size, BUDGET))
    members = _members(directory, total)
    if members is None:
        return True
    return _members_broken(view, members)


def _members(directory: bytes, total: int) -> list[_Member] | None:
    """None: this is no directory."""
    members: list[_Member] = []
    at = 0
    for _ in range(total):
        if at + _CENTRAL.size > len(directory):
            return members or None  # longer than was read
        fields = _CENTRAL.unpack_from(directory, at)
        if fields[0] != b"PK\x01\x02":
            return None
        if not fields[3] & _ENCRYPTED:
            members.append(_Member(fields[4], fields[7], fields[8], fields[16]))
        at += _CENTRAL.size + fields[10] + fields[11] + fields[12]
    return members


def _members_broken(view: View, members: list[_Member]) -> bool:
    left, unpacking = BUDGET, Unpacking()
    step = max(1, len(members) // _MOST_MEMBERS)
    for member in sorted(members[::step], key=lambda one: -one.packed):
        if member.offset == _ZIP64:
            continue
        head = view.read(member.offset, _LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            return True
        if member.packed <= left and member.method in (_DEFLATED, _STORED):
            left -= member.packed
            if _content_broken(view, member, head, unpacking):
                return True
    return False


def _content_broken(view: View, member: _Member, head: bytes, unpacking: Unpacking) -> bool:
    names = sum(_LOCAL.unpack(head)[-2:])
    packed = view.read(member.offset + _LOCAL.size + names, member.packed)
    if member.method == _STORED:
        return zlib.crc32(packed) != member.crc
    return bool(unpacking.broken(zlib.decompressobj(-15), packed, member.crc))


def gzip_broken(view: View) -> bool | None:
    """As far as it is read; one that is cut short is still being written."""
    found = Unpacking().broken(zlib.decompressobj(31), view.read(0, BUDGET))
    return False if found is None and view.size > BUDGET else found


def tar_broken(view: View) -> bool | None:
    """Each member's header, as far as the chain of them is followed."""
    at = 0
    for _ in range(_MOST_TAR):
        header = view.read(at, _TAR_BLOCK)
        if len(header) < _TAR_BLOCK:
            return None
        if not header.strip(b"\0"):
            return False
        size = _octal(header[124:136])
        if _octal(header[148:156]) != _tar_sum(header):
            return True
        if size is None:  # larger than octal digits can say
            return None
        at += _TAR_BLOCK + -(-size // _TAR_BLOCK) * _TAR_BLOCK
    return False


def _tar_sum(header: bytes) -> int:
    return sum(header[:148]) + 8 * ord(" ") + sum(header[156:])


def _octal(field: bytes) -> int | None:
    digits = field.strip(b" \0")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None


def seven_zip_broken(view: View) -> bool | None:
    """The sums of its start and of its directory at the end."""
    head = view.read(0, _SEVEN_ZIP_HEADER)
    if len(head) < _SEVEN_ZIP_HEADER:
        return True
    _, start_sum, offset, size, directory_sum = _SEVEN_ZIP.unpack(head)
    if zlib.crc32(head[12:]) != start_sum:
        return True
    if size > BUDGET:
        return None
    directory = view.read(_SEVEN_ZIP_HEADER + offset, size)
    return bool(zlib.crc32(directory) != directory_sum)


def xz_broken(view: View) -> bool | None:
    """Its footer's mark; zeros may follow it."""
    return not view.read(max(0, view.size - _TAR_BLOCK), _TAR_BLOCK).rstrip(b"\0").endswith(b"YZ")
