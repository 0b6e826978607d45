"""A ZIP that can be written in one way only: stored members, sorted, with fixed fields.

Nothing is compressed, so there are no bombs; every byte outside the members' data follows from
their names, sizes and checksums, so a reader that makes those bytes again misses no change.

Source: PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end).
"""

import io
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO
from zlib import crc32

from wire.errors import DecodeError
from wire.text import N_

LIMIT_MEMBERS = 200
LIMIT_BYTES = 2**32 - 2**16  # below the sizes that need ZIP64
_LIMIT_DIRECTORY = 64 * 1024
_CHUNK = 1024 * 1024
_NAME = re.compile(r"[a-z0-9]+(?:[./_-][a-z0-9]+){0,20}\Z")
_LOCAL = struct.Struct("<4s5H3L2H")
_DIRECTORY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UTF8, _STORED = 20, 0x800, 0
_TIME, _DATE = 0, 0x21  # 1980-01-01, the format's first day
_FILE_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside the archive; `offset` is that of its data."""

    name: str
    size: int
    crc: int
    offset: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What has to be known of a member before it is written."""

    size: int
    crc: int
    sha256: str


def measure(stream: BinaryIO) -> Measured:
    size, crc, digest = 0, 0, sha256()
    while chunk := stream.read(_CHUNK):
        size, crc = size + len(chunk), crc32(chunk, crc)
        digest.update(chunk)
    return Measured(size, crc, digest.hexdigest())


def write_archive(out: BinaryIO, sources: Mapping[str, BinaryIO]) -> None:
    """Write the members in the order of their names; each stream is read twice.

    Raises:
        DecodeError: a name or the whole size is one that no reader would take.
    """
    members: list[Member] = []
    position = 0
    for name in sorted(sources):
        stream = sources[name]
        stream.seek(0)
        found = measure(stream)
        member = Member(name, found.size, found.crc, position + _LOCAL.size + len(name))
        position = member.offset + member.size
        _demand_bounds([*members, member], position)
        out.write(_local_header(member))
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
        members.append(member)
    out.write(_trailer(members, position))


def read_archive(stream: BinaryIO) -> dict[str, Member]:
    """The members of an archive that `write_archive` wrote.

    Raises:
        DecodeError: it is any other file, however small the difference.
    """
    size = stream.seek(0, io.SEEK_END)
    members = _members(stream, size)
    position = members[-1].offset + members[-1].size if members else 0
    _demand_bounds(members, max(size, position))
    stream.seek(position)
    if stream.read(_LIMIT_DIRECTORY + _END.size + 1) != _trailer(members, position):
        raise _unreadable(N_("its directory is not as we write it"))
    for member in members:
        header = _local_header(member)
        stream.seek(member.offset - len(header))
        if stream.read(len(header)) != header:
            raise _unreadable(N_("the header of a file in it is not as we write it"))
    return {member.name: member for member in members}


class Section(io.RawIOBase):
    """A member's data as a stream of its own; many may be open at once."""

    def __init__(self, stream: BinaryIO, member: Member) -> None:
        super().__init__()
        self._stream, self._member, self._position = stream, member, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._member.size - self._position)
        self._stream.seek(self._member.offset + self._position)
        chunk = self._stream.read(wanted)
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)


def open_member(stream: BinaryIO, member: Member) -> io.BufferedReader:
    return io.BufferedReader(Section(stream, member), buffer_size=_CHUNK)


def _members(stream: BinaryIO, size: int) -> list[Member]:
    stream.seek(max(0, size - _END.size))
    tail = stream.read(_END.size)
    if len(tail) != _END.size or tail[:4] != b"PK\x05\x06":
        raise _unreadable(N_("it is no evidence pack, or its end is missing"))
    _, _, _, _, count, length, start, _ = _END.unpack(tail)
    if count > LIMIT_MEMBERS or length > _LIMIT_DIRECTORY or start + length + _END.size != size:
        raise _unreadable(N_("its directory does not end where it says"))
    stream.seek(start)
    return list(_listed(stream.read(length), count))


def _listed(directory: bytes, count: int) -> Iterable[Member]:
    position = 0
    for _ in range(count):
        if position + _DIRECTORY.size > len(directory):
            raise _unreadable(N_("its directory is too short"))
        fields = _DIRECTORY.unpack_from(directory, position)
        crc, size, name_length, offset = fields[7], fields[9], fields[10], fields[16]
        position += _DIRECTORY.size
        name = directory[position : position + name_length].decode("ascii", "replace")
        position += name_length
        yield Member(name, size, crc, offset + _LOCAL.size + name_length)


def _demand_bounds(members: list[Member], size: int) -> None:
    names = [member.name for member in members]
    if size > LIMIT_BYTES or len(members) > LIMIT_MEMBERS:
        raise _unreadable(N_("it is larger than a pack may be"))
    if names != sorted(set(names)) or not all(_NAME.match(name) for name in names):
        raise _unreadable(N_("it holds names that no pack has"))


def _local_header(member: Member) -> bytes:
    name = member.name.encode()
    fields = (_VERSION, _UTF8, _STORED, _TIME, _DATE, member.crc, member.size, member.size)
    return _LOCAL.pack(b"PK\x03\x04", *fields, len(name), 0) + name


def _trailer(members: list[Member], position: int) -> bytes:
    """Directory and end, as they follow from the members."""
    entries, expected = [], 0
    for member in members:
        name = member.name.encode()
        sizes = (member.crc, member.size, member.size)
        fields = (3 << 8 | _VERSION, _VERSION, _UTF8, _STORED, _TIME, _DATE, *sizes)
        entries.append(
            _DIRECTORY.pack(b"PK\x01\x02", *fields, len(name), 0, 0, 0, 0, _FILE_MODE, expected)
            + name
        )
        expected += _LOCAL.size + len(name) + member.size
    directory = b"".join(entries)
    count = len(members)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), position, 0)
    return directory + end


def _unreadable(reason: str) -> DecodeError:
    return DecodeError(kind="pack", reason=reason)
