"""What facts may ask of a machine, and the three questions that tell missing from unreadable."""

import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from agent.errors import UnreadableFactError
from agent.host.files import FILE_LIMIT_BYTES

_KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What lstat(2) says; a link is not followed."""

    kind: str  # file | folder | link | other
    mode: int  # permission bits, set-id and sticky included
    uid: int
    gid: int
    size_bytes: int
    modified_at: datetime


def status_of(found: os.stat_result) -> FileStatus:
    return FileStatus(
        kind=_KINDS.get(stat.S_IFMT(found.st_mode), "other"),
        mode=stat.S_IMODE(found.st_mode),
        uid=found.st_uid,
        gid=found.st_gid,
        size_bytes=found.st_size,
        modified_at=datetime.fromtimestamp(found.st_mtime, UTC),
    )


class Host(Protocol):
    """The machine, as facts may ask it."""

    def run(
        self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)
    ) -> str: ...

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str: ...

    def listing(self, path: str) -> tuple[str, ...]: ...

    def lstat(self, path: str) -> FileStatus: ...

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]: ...

    def now(self) -> datetime: ...


def present(host: Host, path: str) -> bool:
    """Whether something is there; not being allowed to look is an error, not a no."""
    try:
        host.lstat(path)
    except UnreadableFactError as error:
        if error.reason == "missing":
            return False
        raise
    return True


def read_if_present(host: Host, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str | None:
    """Its text, or None when the file certainly is not there."""
    try:
        return host.read(path, limit_bytes=limit_bytes)
    except UnreadableFactError as error:
        if error.reason == "missing":
            return None
        raise


def list_if_present(host: Host, path: str) -> tuple[str, ...]:
    """The names in a folder; a folder that certainly is not there holds none."""
    try:
        return host.listing(path)
    except UnreadableFactError as error:
        if error.reason == "missing":
            return ()
        raise
