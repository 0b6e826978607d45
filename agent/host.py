"""The door to the machine: run a program, read a file, list a folder, look at an inode.

Everything that cannot be had raises `UnreadableFactError` with a reason code; nothing becomes an
empty answer. `LocalHost(root)` looks at a restored machine's files; programs are then refused,
because they would speak about the machine that runs them.
"""

import contextlib
import os
import selectors
import shutil
import signal
import sqlite3
import stat
import subprocess
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from agent.clock import Clock, SystemClock
from agent.config.home import Home, home_at
from agent.errors import UnreadableFactError

PROGRAM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"LC_ALL": "C", "PATH": PROGRAM_FOLDERS, "HOME": "/", "TZ": "UTC"}
OUTPUT_LIMIT_BYTES = 8 * 2**20
FILE_LIMIT_BYTES = 4 * 2**20
PIECE_BYTES = 64 * 2**10
USUAL_HOME = home_at(None)
LINK_LIMIT = 40  # as the kernel's own, path_resolution(7)


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What lstat(2) says; a link is not followed."""

    kind: str  # file | folder | link | other
    mode: int  # permission bits, set-id and sticky included
    uid: int
    gid: int
    size_bytes: int
    modified_at: datetime


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


def read_if_present(host: Host, path: str) -> str | None:
    """Its text, or None when the file certainly is not there."""
    try:
        return host.read(path)
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


def reason_of_failure(complaint: str) -> str:
    """The reason code for a program that failed, from what it said on standard error."""
    said = complaint.lower()
    if "not been booted with systemd" in said or "failed to connect to bus" in said:
        return "no_systemd"
    denials = ("permission denied", "operation not permitted", "must be root", "are you root")
    return "denied" if any(denial in said for denial in denials) else "failed"


class LocalHost:
    """This machine, or the files of another one below `root`.

    `home` is where the agent's own folders really are; they are asked for by their usual names.
    """

    def __init__(
        self, root: Path = Path("/"), clock: Clock | None = None, home: Home = USUAL_HOME
    ) -> None:
        self._root = root
        self._clock = clock or SystemClock()
        self._home = home

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        """Standard output of a program with a clean environment and an empty standard input."""
        source = " ".join(argv)
        if self._root != Path("/"):
            raise UnreadableFactError(source, "other_root")
        program = shutil.which(argv[0], path=PROGRAM_FOLDERS)
        if program is None:
            raise UnreadableFactError(source, "missing", argv[0])
        try:
            ended = _run_bounded([program, *argv[1:]], timeout_s)
        except OSError as error:
            raise UnreadableFactError(source, _reason_of(error), str(error.strerror)) from error
        except _BoundError as error:
            raise UnreadableFactError(source, error.reason) from error
        if ended.code not in accept:
            complaint = ended.complaint.strip()
            detail = f"exit {ended.code}: {complaint[:500]}"
            raise UnreadableFactError(source, reason_of_failure(complaint), detail)
        return ended.output

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        try:
            content = _read_bounded(self._inside(path), limit_bytes + 1)
        except OSError as error:
            raise UnreadableFactError(path, _reason_of(error), str(error.strerror)) from error
        if len(content) > limit_bytes:
            raise UnreadableFactError(path, "too_large", f"more than {limit_bytes} bytes")
        return content.decode("utf-8", errors="replace")

    def listing(self, path: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(entry.name for entry in self._inside(path).iterdir()))
        except OSError as error:
            raise UnreadableFactError(path, _reason_of(error), str(error.strerror)) from error

    def lstat(self, path: str) -> FileStatus:
        folder, _, name = path.rstrip("/").rpartition("/")
        try:
            status = os.lstat(self._inside(folder or "/") / name)
        except OSError as error:
            raise UnreadableFactError(path, _reason_of(error), str(error.strerror)) from error
        return FileStatus(
            kind=_KINDS.get(stat.S_IFMT(status.st_mode), "other"),
            mode=stat.S_IMODE(status.st_mode),
            uid=status.st_uid,
            gid=status.st_gid,
            size_bytes=status.st_size,
            modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
        )

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        """What one of the agent's own SQLite files answers; it is opened to be read only."""
        self.lstat(database)
        address = f"{self._inside(database).as_uri()}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
                found = connection.execute(query).fetchall()
        except sqlite3.Error as error:
            raise UnreadableFactError(database, "failed", str(error)) from error
        return tuple(tuple(map(str, row)) for row in found)

    def now(self) -> datetime:
        return self._clock.now()

    def _inside(self, path: str) -> Path:
        """The real place of `path`: links of a restored machine are followed below its root."""
        if self._root == Path("/"):
            return _at_home(Path(path), self._home)
        place = self._root
        waiting = [part for part in reversed(path.split("/")) if part]
        for _ in range(LINK_LIMIT * 100):
            if not waiting:
                return place
            part = waiting.pop()
            if part == "..":
                place = place.parent if place != self._root else place
            elif part != "." and not (place / part).is_symlink():
                place = place / part
            elif part != ".":
                target = str((place / part).readlink())
                place = self._root if target.startswith("/") else place
                waiting.extend(step for step in reversed(target.split("/")) if step)
        raise UnreadableFactError(path, "failed", "too many links")


def _at_home(path: Path, home: Home) -> Path:
    """Another home's folders stand in for the usual ones."""
    for usual, real in (
        (USUAL_HOME.config_dir, home.config_dir),
        (USUAL_HOME.state_dir, home.state_dir),
    ):
        if path.is_relative_to(usual):
            return real / path.relative_to(usual)
    return path


_KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    output: str
    complaint: str


class _BoundError(Exception):
    """A program was stopped because it took too long or said too much."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _run_bounded(command: list[str], timeout_s: float) -> _Ended:
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            output, complaint = _gather(process, timeout_s)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return _Ended(process.returncode, output, complaint)


def _gather(process: "subprocess.Popen[bytes]", timeout_s: float) -> tuple[str, str]:
    """Read both streams to their end, within the time and the size allowed."""
    ends_at = time.monotonic() + timeout_s
    streams = (process.stdout, process.stderr)
    gathered = {stream: bytearray() for stream in streams if stream is not None}
    with selectors.DefaultSelector() as selector:
        for stream in gathered:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, ends_at - time.monotonic()))
            if not ready:
                raise _BoundError("timeout")
            for key, _ in ready:
                piece = os.read(key.fd, PIECE_BYTES)
                if not piece:
                    selector.unregister(key.fileobj)
                buffer = gathered[key.fileobj]  # type: ignore[index]
                buffer += piece
                if len(buffer) > OUTPUT_LIMIT_BYTES:
                    raise _BoundError("too_large")
    try:
        process.wait(max(0.1, ends_at - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise _BoundError("timeout") from error
    output, complaint = (
        bytes(text).decode("utf-8", errors="replace") for text in gathered.values()
    )
    return output, complaint


def _read_bounded(path: Path, limit_bytes: int) -> bytes:
    """In pieces: the kernel refuses a large buffer for the files of /proc/sys."""
    content = bytearray()
    with path.open("rb", buffering=0) as file:
        while len(content) < limit_bytes:
            piece = file.read(min(PIECE_BYTES, limit_bytes - len(content)))
            if not piece:
                break
            content += piece
    return bytes(content)


def _reason_of(error: OSError) -> str:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "missing"
    return "denied" if isinstance(error, PermissionError) else "failed"
