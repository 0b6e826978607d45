"""Attacks on a repository that lies in a folder: of this machine, or behind SFTP."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from agent.sites.attack.attacks import NotTriedError
from wire.verdicts import Cause

if TYPE_CHECKING:
    import paramiko

_MOST_BYTES = 64 * 1024
_FOLDER_DIGITS = 2
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
T = TypeVar("T")


class Files(Protocol):
    """What a thief may do with files; every method raises OSError."""

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, content: bytes) -> None: ...

    def remove(self, path: str) -> None: ...

    def rename(self, path: str, to: str) -> None: ...

    def make_folder(self, path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class FileStore:
    """Objects as files, in restic's own folders below `root`."""

    files: Files
    root: str
    checks_names: bool = False

    def holds_repository(self) -> bool:
        return self._read(f"{self.root}/config") is not None

    def read(self, kind: str, name: str) -> bytes | None:
        return self._read(self._path(kind, name))

    def shown(self, kind: str, name: str) -> bytes | None:
        return self.read(kind, name)

    def _read(self, path: str) -> bytes | None:
        try:
            return self.files.read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _not_tried(error) from error

    def add(self, kind: str, name: str, content: bytes) -> bool:
        path = self._path(kind, name)
        self._attempt(lambda: self.files.make_folder(path.rpartition("/")[0]))
        return self._attempt(lambda: self.files.write(path, content))

    def remove(self, kind: str, name: str) -> bool:
        return self._attempt(lambda: self.files.remove(self._path(kind, name)))

    def overwrite(self, kind: str, name: str, content: bytes) -> bool:
        return self._attempt(lambda: self.files.write(self._path(kind, name), content))

    def rename(self, kind: str, name: str, to: str) -> bool:
        target = self._path(kind, to)
        self._attempt(lambda: self.files.make_folder(target.rpartition("/")[0]))
        return self._attempt(lambda: self.files.rename(self._path(kind, name), target))

    def _path(self, kind: str, name: str) -> str:
        inner = f"{name[:_FOLDER_DIGITS]}/{name}" if kind == "data" else name
        return f"{self.root}/{kind}/{inner}"

    def _attempt(self, work: Callable[[], None]) -> bool:
        """A file that is not there was looked for: whoever may look so would have removed it."""
        try:
            work()
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno in _REFUSED:
                return False
            raise _not_tried(error) from error
        return True


def _not_tried(error: OSError) -> NotTriedError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return NotTriedError((Cause.DISK_FULL if full else Cause.SITE_UNREACHABLE).value)


class LocalFiles:
    """This machine's files."""

    def read(self, path: str) -> bytes:
        with Path(path).open("rb") as stream:
            return stream.read(_MOST_BYTES)

    def write(self, path: str, content: bytes) -> None:
        """Over what stands there, as a thief would: restic's files are read-only to nobody."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
            stream.write(content)

    def remove(self, path: str) -> None:
        Path(path).unlink()

    def rename(self, path: str, to: str) -> None:
        Path(path).rename(to)

    def make_folder(self, path: str) -> None:
        Path(path).mkdir(exist_ok=True)


@dataclass(frozen=True, slots=True)
class SftpFiles:
    """Files behind SFTP."""

    client: "paramiko.SFTPClient"

    def read(self, path: str) -> bytes:
        with self.client.open(path, "rb") as stream:
            return stream.read(_MOST_BYTES)

    def write(self, path: str, content: bytes) -> None:
        with self.client.open(path, "wb") as stream:
            stream.write(content)

    def remove(self, path: str) -> None:
        self.client.remove(path)

    def rename(self, path: str, to: str) -> None:
        self.client.rename(path, to)

    def make_folder(self, path: str) -> None:
        try:
            self.client.mkdir(path)
        except OSError:
            self.client.stat(path)  # it is there, or the error says why not
