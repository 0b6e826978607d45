"""The places that active probes write into and watch: folders here, folders behind SFTP."""

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from agent.sites.probe.active import CANARY, PREFIX, STALE_AFTER
from agent.sites.probe.answer import parse
from agent.sites.probe.errors import NoGroundError
from agent.sites.probe.sftp import files_of, room
from agent.sites.probe.ssh import Session, told

if TYPE_CHECKING:
    import paramiko

_LEVELS = 3  # how far above the repository a canary is looked for
_OURS = re.compile(rf"({re.escape(CANARY)}|{re.escape(PREFIX)})[0-9a-f]{{32}}")
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class FolderView:
    """A folder of this machine, also on a network mount."""

    repository: Path

    def free_bytes(self) -> int:
        status = os.statvfs(self.repository)
        return status.f_bavail * status.f_frsize

    def sees(self, name: str) -> bool:
        above = (self.repository, *self.repository.resolve().parents[:_LEVELS])
        return any((folder / name).exists() for folder in above)


@dataclass(frozen=True, slots=True)
class FolderGround:
    """The folder above a repository, on the same file system."""

    folder: Path

    def free_bytes(self) -> int:
        return FolderView(self.folder).free_bytes()

    def sweep(self, now: datetime) -> None:
        for entry in self.folder.iterdir():
            if _OURS.fullmatch(entry.name):
                status = entry.lstat()
                if _is_stale(status.st_mode, status.st_mtime, now):
                    entry.unlink(missing_ok=True)

    @contextlib.contextmanager
    def filled(self, name: str, content: bytes) -> Iterator[None]:
        file = self.folder / name
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            file.unlink()
            with os.fdopen(descriptor, "wb", closefd=False) as stream:
                stream.write(content)
            os.fsync(descriptor)
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def canary(self, name: str) -> Iterator[None]:
        file = self.folder / name
        file.touch(mode=0o600, exist_ok=False)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """A folder behind SFTP: it can be watched, and written beside."""

    session: Session
    files: "paramiko.SFTPClient"
    repository: PurePosixPath

    @property
    def folder(self) -> PurePosixPath:
        return self.repository.parent

    def free_bytes(self) -> int:
        with told(self.session.caller):
            found = room(self.files, str(self.repository))
        if found is None:
            raise NoGroundError(site=self.session.caller.site)
        return found.available_bytes

    def sees(self, name: str) -> bool:
        above = (self.repository, *list(self.repository.parents)[:_LEVELS])
        return any(self._exists(folder / name) for folder in above)

    def sweep(self, now: datetime) -> None:
        with told(self.session.caller):
            names = islice(self.files.listdir_iter(str(self.folder)), _MOST_NAMES)
            for entry in [one for one in names if _OURS.fullmatch(one.filename)]:
                if _is_stale(entry.st_mode or 0, entry.st_mtime or 0, now):
                    self.files.remove(str(self.folder / entry.filename))

    @contextlib.contextmanager
    def filled(self, name: str, content: bytes) -> Iterator[None]:
        path = str(self.folder / name)
        with told(self.session.caller):
            file = self.files.open(path, "xb")
            try:
                self.files.remove(path)  # the open handle goes on; its end frees the space
                file.set_pipelined(True)
                file.write(content)
                file.set_pipelined(False)
                self._sync(file)
                yield
            finally:
                file.close()

    @contextlib.contextmanager
    def canary(self, name: str) -> Iterator[None]:
        path = str(self.folder / name)
        with told(self.session.caller):
            self.files.open(path, "xb").close()
        try:
            yield
        finally:
            with told(self.session.caller):
                self.files.remove(path)

    def _exists(self, path: PurePosixPath) -> bool:
        try:
            self.files.stat(str(path))
        except OSError:
            return False
        return True

    def _sync(self, file: "paramiko.SFTPFile") -> None:
        """A server that cannot sync still has the file: its space is booked a little later."""
        import paramiko
        from paramiko.sftp import CMD_EXTENDED

        with contextlib.suppress(OSError, paramiko.SFTPError):
            self.files._request(  # type: ignore[attr-defined]  # noqa: SLF001 - the only way
                CMD_EXTENDED, "fsync@openssh.com", file.handle
            )


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A site whose forced command tells its free space again and again."""

    session: Session

    def free_bytes(self) -> int:
        heard = parse(self.session.ask())
        if heard.filesystem is None or heard.free_blocks is None:
            raise NoGroundError(site=self.session.caller.site)
        return heard.free_blocks * heard.filesystem.fragment_size

    def sees(self, name: str) -> bool:
        return parse(self.session.ask(f"canary {name.removeprefix(CANARY)}")).canary == "seen"


def ground_beside(repository: Path, site: str) -> FolderGround:
    """Where one may write beside a repository of this machine or of a mount.

    Raises:
        NoGroundError: the folder above is another file system, or may not be written.
    """
    folder = repository.resolve().parent
    if not os.access(folder, os.W_OK) or not _one_filesystem(folder, repository):
        raise NoGroundError(site=site)
    return FolderGround(folder)


@contextlib.contextmanager
def sftp_place(session: Session, repository: Path) -> Iterator[SftpPlace]:
    """The same behind SFTP.

    Raises:
        NoGroundError: the folder above is another file system.
        ProbeError: the site does not let us in.
    """
    with files_of(session) as files:
        place = SftpPlace(session, files, PurePosixPath(repository))
        with told(session.caller):
            above, below = room(files, str(place.folder)), room(files, str(place.repository))
        if above is None or below is None or above.filesystem != below.filesystem:
            raise NoGroundError(site=session.caller.site)
        yield place


def _one_filesystem(folder: Path, repository: Path) -> bool:
    return repository.is_dir() and folder.stat().st_dev == repository.stat().st_dev


def _is_stale(mode: int, modified_at_s: float, now: datetime) -> bool:
    return stat.S_ISREG(mode) and now.timestamp() - modified_at_s > STALE_AFTER.total_seconds()
