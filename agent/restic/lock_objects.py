"""The objects in a repository's folder of locks: which there are, and removing exactly one.

`restic unlock` chooses by the clock, host name and process number that stand in a lock; clocks
go wrong and host names are cloned. What is removed here is one object by its id, over the very
way that restic itself takes to the site.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.restic.environment import Repository, Workplace
from agent.restic.lock_http import RestLocks
from agent.restic.rclone_objects import RcloneObjects
from agent.restic.sftp_wire import Sftp
from agent.restic.talking import LONGEST_S, talking

_ID_DIGITS = 64
_FOLDER = "locks"


class LockObjects(Protocol):
    """The folder of locks of one repository.

    Both raise OSError or ValueError when the site does not answer as it should.
    """

    def sizes(self, longest_s: float = LONGEST_S) -> dict[str, int]: ...

    def remove(self, lock_id: str) -> bool: ...


def lock_objects(repository: Repository, workplace: Workplace) -> LockObjects | None:
    """None: there is no way to this kind of site but restic's own."""
    address = repository.address
    if address.startswith("rclone:"):
        return _Rclone(RcloneObjects(repository, workplace))
    if address.startswith("sftp:"):
        return _SftpSite(_sftp_program(repository), address, workplace)
    if address.startswith("rest:"):
        return RestLocks(repository)
    if address.startswith("/"):
        return _Folder(Path(address) / _FOLDER)
    return None


def is_near(repository: Repository) -> bool:
    """Whether looking at it costs nothing."""
    return repository.address.startswith("/")


@dataclass(frozen=True, slots=True)
class _Folder:
    folder: Path

    def sizes(self, longest_s: float = LONGEST_S) -> dict[str, int]:  # noqa: ARG002 - of others
        entries = (entry for entry in self.folder.iterdir() if _is_id(entry.name))
        return {entry.name: entry.stat().st_size for entry in entries}

    def remove(self, lock_id: str) -> bool:
        (self.folder / lock_id).unlink(missing_ok=True)
        return True


@dataclass(frozen=True, slots=True)
class _Rclone:
    objects: RcloneObjects

    def sizes(self, longest_s: float = LONGEST_S) -> dict[str, int]:
        return self.objects.sizes(_FOLDER, longest_s)

    def remove(self, lock_id: str) -> bool:
        return self.objects.remove(f"{_FOLDER}/{lock_id}")


@dataclass(frozen=True, slots=True)
class _SftpSite:
    program: tuple[str, ...]
    address: str
    workplace: Workplace

    def sizes(self, longest_s: float = LONGEST_S) -> dict[str, int]:
        with self._session(longest_s) as sftp:
            return {name: size for name, size in sftp.names(self._folder).items() if _is_id(name)}

    def remove(self, lock_id: str) -> bool:
        with self._session() as sftp:
            return sftp.remove(f"{self._folder}/{lock_id}")

    @property
    def _folder(self) -> str:
        return f"{self.address.split(':', 2)[2]}/{_FOLDER}"  # sftp:SITE:/PATH

    @contextlib.contextmanager
    def _session(self, longest_s: float = LONGEST_S) -> Iterator[Sftp]:
        with talking(self.program, self.workplace, longest_s) as (read, write):
            sftp = Sftp(read, write)
            sftp.open()
            yield sftp


def _sftp_program(repository: Repository) -> tuple[str, ...]:
    """Our own `ssh` knows the site by its name, which is the host's in the address."""
    folder = f"{repository.programs}/" if repository.programs else ""
    return (f"{folder}ssh", repository.site, "-s", "sftp")


def _is_id(name: str) -> bool:
    return len(name) == _ID_DIGITS
