"""The objects in a repository's folder of locks: which there are, and removing exactly one.

`restic unlock` chooses by the clock, host name and process number that stand in a lock; clocks
go wrong and host names are cloned. What is removed here is one object by its id, over the very
way that restic itself takes to the site.
"""

import contextlib
import json
import shlex
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from agent.restic import rclone_wire
from agent.restic.environment import Repository, Workplace
from agent.restic.lock_http import RestLocks
from agent.restic.sftp_wire import Sftp

_ID_DIGITS = 64
LONGEST_S = 60.0
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
        return _Rclone(_program(repository, "rclone.program"), address, workplace)
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
    program: tuple[str, ...]
    address: str
    workplace: Workplace

    def sizes(self, longest_s: float = LONGEST_S) -> dict[str, int]:
        answer = self._ask("GET", f"/{_FOLDER}/", longest_s)
        if not answer.good:
            raise ValueError("the locks cannot be listed")
        return {one["name"]: int(one["size"]) for one in json.loads(answer.body)}

    def remove(self, lock_id: str) -> bool:
        return self._ask("DELETE", f"/{_FOLDER}/{lock_id}").good

    def _ask(self, method: str, path: str, longest_s: float = LONGEST_S) -> rclone_wire.Answer:
        words = ("serve", "restic", "--stdio", self.address.removeprefix("rclone:"))
        with _talking((*self.program, *words), self.workplace, longest_s) as (read, write):
            write(rclone_wire.opening() + rclone_wire.request(1, method, path))
            return rclone_wire.answer(1, read, write)


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
        with _talking(self.program, self.workplace, longest_s) as (read, write):
            sftp = Sftp(read, write)
            sftp.open()
            yield sftp


@contextlib.contextmanager
def _talking(
    argv: tuple[str, ...], workplace: Workplace, longest_s: float
) -> Iterator[tuple[rclone_wire.Read, rclone_wire.Write]]:
    """A program's input and output; it is gone when the block ends, or when its time is over."""
    environment = {"PATH": workplace.path, "HOME": str(workplace.folder), "LC_ALL": "C"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        argv,
        env=environment,
        cwd="/",
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    timer = threading.Timer(longest_s, process.kill)
    timer.start()
    try:
        assert process.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert process.stdout is not None  # noqa: S101
        yield _exactly(process.stdout), _at_once(process.stdin)
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def _exactly(stream: IO[bytes]) -> rclone_wire.Read:
    def read(size: int) -> bytes:
        raw = stream.read(size)
        if len(raw) < size:
            raise ValueError("the other end has hung up")
        return raw

    return read


def _at_once(stream: IO[bytes]) -> rclone_wire.Write:
    def write(raw: bytes) -> None:
        stream.write(raw)
        stream.flush()

    return write


def _sftp_program(repository: Repository) -> tuple[str, ...]:
    """Our own `ssh` knows the site by its name, which is the host's in the address."""
    folder = f"{repository.programs}/" if repository.programs else ""
    return (f"{folder}ssh", repository.site, "-s", "sftp")


def _program(repository: Repository, name: str) -> tuple[str, ...]:
    for option in repository.options:
        key, _, value = option.partition("=")
        if key == name:
            return tuple(shlex.split(value))
    raise ValueError(name)


def _is_id(name: str) -> bool:
    return len(name) == _ID_DIGITS
