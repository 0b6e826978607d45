"""Speaks SFTP version 3 as far as listing and removing files goes. Pure.

Source: draft-ietf-secsh-filexfer-02.
"""

from dataclasses import dataclass

from agent.restic.pipe import Read, Write

_INIT, _VERSION, _CLOSE, _OPENDIR, _READDIR, _REMOVE = 1, 2, 4, 11, 12, 13
_STATUS, _HANDLE, _NAME = 101, 102, 104
_OK = 0
_SIZE, _OWNERS, _MODE, _TIMES = 1, 2, 4, 8
_LARGEST_PACKET_BYTES = 1 << 18


@dataclass(slots=True)
class Sftp:
    """One conversation; requests are answered one after another."""

    read: Read
    write: Write
    _number: int = 0

    def open(self) -> None:
        """Say hello.

        Raises:
            ValueError: the other end speaks no SFTP.
        """
        self.write(_packet(bytes((_INIT,)) + (3).to_bytes(4)))
        if self._packet()[0] != _VERSION:
            raise ValueError("no SFTP")

    def names(self, folder: str) -> dict[str, int]:
        """Name and size of every entry; none where there is no such folder."""
        kind, body = self._ask(_OPENDIR, _text(folder.encode()))
        if kind != _HANDLE:
            return {}
        handle = _text(_Reader(body).text())
        found: dict[str, int] = {}
        while True:
            kind, body = self._ask(_READDIR, handle)
            if kind != _NAME:
                break
            found |= _names(_Reader(body))
        self._ask(_CLOSE, handle)
        return {name: size for name, size in found.items() if name not in {".", ".."}}

    def remove(self, path: str) -> bool:
        kind, body = self._ask(_REMOVE, _text(path.encode()))
        return kind == _STATUS and int.from_bytes(body[:4]) == _OK

    def _ask(self, kind: int, fields: bytes) -> tuple[int, bytes]:
        self._number += 1
        self.write(_packet(bytes((kind,)) + self._number.to_bytes(4) + fields))
        packet = self._packet()
        if int.from_bytes(packet[1:5]) != self._number:
            raise ValueError("an answer to another question")
        return packet[0], packet[5:]

    def _packet(self) -> bytes:
        length = int.from_bytes(self.read(4))
        if not 0 < length <= _LARGEST_PACKET_BYTES:
            raise ValueError("no SFTP")
        return self.read(length)


class _Reader:
    """Takes fields off the front of a packet."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self._take(size))

    def text(self) -> bytes:
        return self._take(self.number())

    def _take(self, size: int) -> bytes:
        if size > len(self._raw):
            raise ValueError("a cut packet")
        taken, self._raw = self._raw[:size], self._raw[size:]
        return taken


def _names(reader: _Reader) -> dict[str, int]:
    return dict(_entry(reader) for _ in range(reader.number()))


def _entry(reader: _Reader) -> tuple[str, int]:
    name = reader.text().decode(errors="replace")
    reader.text()  # the line that `ls -l` would print
    flags = reader.number()
    size = reader.number(8) if flags & _SIZE else 0
    for flag, length in ((_OWNERS, 8), (_MODE, 4), (_TIMES, 8)):
        if flags & flag:
            reader.number(length)
    return name, size


def _packet(payload: bytes) -> bytes:
    return len(payload).to_bytes(4) + payload


def _text(raw: bytes) -> bytes:
    return len(raw).to_bytes(4) + raw
