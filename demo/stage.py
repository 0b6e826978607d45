"""The stage: one private folder, the programs that run on it, and leaving nothing behind."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from demo import ssh_site
from demo.errors import FolderError, NoRoomError
from demo.programs import Program
from texts.moments import show_bytes

ROOM_FACTOR = 4  # site A, site B, the drill's scratch folder, and one to spare
_ROOM_FLOOR = 200 * 2**20
_GRACE_S = 15.0


@dataclass(slots=True)
class Stage:
    """Where everything of one demonstration lies, and the processes it started."""

    home: Path
    folder: Path
    language: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    site_process: subprocess.Popen[bytes] | None = None

    @property
    def share(self) -> Path:
        """The demonstration's own folder: the only watched place that it changes."""
        return self.home / "share"

    @property
    def site_a(self) -> Path:
        return self.home / "site-a"

    @property
    def site_b(self) -> Path:
        return self.home / "site-b"

    @property
    def agent(self) -> Program:
        return Program("lachan-agent", self.home / "agent")

    @property
    def controller(self) -> Program:
        return Program("lachan-controller", self.home / "controller")

    @property
    def verify(self) -> Program:
        return Program("lachan-verify", None)

    def open_site_b(self) -> ssh_site.SshSite:
        """Start the private sshd with its two forced commands."""
        site = ssh_site.write(self.home / "sshd", self.site_b / "repository")
        self.site_process = ssh_site.start(site)
        return site

    def close(self) -> None:
        """End every process that was started here, the newest first."""
        for process in reversed(self.processes):
            _end(process)
        if self.site_process is not None:
            ssh_site.stop(self.site_process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """TERM to the program; whatever is left of its session is killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing of it is left


def measure(folder: Path) -> tuple[int, int]:
    """Files and bytes below a folder, links not followed.

    Raises:
        FolderError: it is no folder, or part of it cannot be read.
    """
    problems: list[OSError] = []
    files = size = 0
    for place, _folders, names in os.walk(folder, onerror=problems.append):
        for name in names:
            try:
                status = os.lstat(os.path.join(place, name))  # noqa: PTH118 - Paths are slow
            except OSError as error:
                problems.append(error)
                continue
            files, size = files + 1, size + status.st_size
    if problems:
        reason = f"{problems[0].strerror}: {problems[0].filename}"
        raise FolderError(folder=str(folder), reason=reason)
    return files, size


def require_room(home: Path, size_bytes: int) -> tuple[int, int]:
    """Needed and free bytes where the demonstration will live.

    Raises:
        NoRoomError: it does not fit.
    """
    needed = ROOM_FACTOR * size_bytes + _ROOM_FLOOR
    free = shutil.disk_usage(home).free
    if free < needed:
        raise NoRoomError(needed=show_bytes(needed), free=show_bytes(free), place=str(home))
    return needed, free


def wait_until_answers(stage: Stage, process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the controller listens, or say what it printed.

    Raises:
        FolderError: it ended instead.
    """
    import socket

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = stage.home / "controller.log"
    raise FolderError(folder=str(log), reason=log.read_text(errors="replace")[-400:])
