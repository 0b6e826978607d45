"""Open a pack: a strict archive, its files, its lines. Nothing is unpacked to disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from msgspec import Struct

from texts.catalogue import tr
from verify.errors import UnreadablePackError
from verify.faults import FaultCode, Findings
from wire import pack
from wire.archive import Member, measure, open_member, read_archive
from wire.codec import LIMIT_BYTES, decode_as
from wire.errors import DecodeError

S = TypeVar("S", bound=Struct)


@dataclass(frozen=True, slots=True)
class OpenPack:
    """A pack's files; what stands in them is not yet believed."""

    stream: BinaryIO
    members: dict[str, Member]

    def read(self, name: str, limit_bytes: int = LIMIT_BYTES) -> bytes:
        """A small file as a whole.

        Raises:
            DecodeError: it is missing or too large.
        """
        member = self.members.get(name)
        if member is None or member.size > limit_bytes:
            raise DecodeError(kind=name, reason="it is missing or too large")
        return open_member(self.stream, member).read()

    def sha256(self, name: str) -> str:
        return measure(open_member(self.stream, self.members[name])).sha256

    def lines(self, name: str, struct: type[S], findings: Findings) -> Iterator[tuple[str, S]]:
        """Every readable line with its place; an unreadable one is a fault, and the last."""
        member = self.members.get(name)
        if member is None:
            return
        stream = open_member(self.stream, member)
        number = 0
        while line := stream.readline(pack.LINE_BYTES + 1):
            number += 1
            try:
                yield f"{name}:{number}", decode_as(struct, line, limit_bytes=pack.LINE_BYTES)
            except DecodeError as error:
                reason = str(error.parameters["reason"])
                findings.fault(f"{name}:{number}", FaultCode.LINE_UNREADABLE, reason=reason)
                return


@contextmanager
def open_pack(path: Path) -> Iterator[OpenPack]:
    """Open the archive and hold it open.

    Raises:
        UnreadablePackError: it cannot be read, or is not byte for byte the form of a pack.
    """
    try:
        with path.open("rb") as stream:
            yield _opened(path, stream)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadablePackError(path=str(path), reason=reason) from error


def _opened(path: Path, stream: BinaryIO) -> OpenPack:
    try:
        return OpenPack(stream, read_archive(stream))
    except DecodeError as error:
        reason = tr(str(error.parameters["reason"]))
        raise UnreadablePackError(path=str(path), reason=reason) from error
