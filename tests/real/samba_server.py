"""A Samba server on loopback with its own configuration, users and state.

The users are accounts that every Debian system has; their passwords lie in a private database.
"""

import contextlib
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

Client = IO[bytes]
USERS = ("www-data", "backup")
OWNER = "games"  # whose name the share `forced` takes
PASSWORD = "Chuyen-di-bien.7"  # noqa: S105 - of this server alone
_CONFIGURATION = """
[global]
  server role = standalone server
  smb ports = {port}
  interfaces = 127.0.0.1
  bind interfaces only = yes
  disable netbios = yes
  load printers = no
  disable spoolss = yes
  passdb backend = tdbsam
  private dir = {state}
  lock directory = {state}/lock
  state directory = {state}/state
  cache directory = {state}/cache
  pid directory = {state}
  ncalrpc dir = {state}/rpc
  log file = {state}/log
[share]
  path = {share}
  read only = no
[forced]
  path = {share}
  read only = no
  force user = {owner}
"""


_RECORDED = """
  vfs objects = full_audit
  full_audit:prefix = %u|%U|%I|%S|%d
  full_audit:success = all
  full_audit:failure = none
  full_audit:syslog = no
  log level = 1
"""


class SambaServer:
    """Guards a running smbd."""

    def __init__(self, folder: Path, share: Path, *, recorded: bool = False) -> None:
        self.share = share
        self.log = folder / "log"
        self.configuration = folder / "smb.conf"
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        for name in ("lock", "state", "cache", "rpc"):
            (folder / name).mkdir()
        text = _CONFIGURATION.format(port=self._port, state=folder, share=share, owner=OWNER)
        if recorded:
            text = text.replace("[share]", _RECORDED + "[share]")
        self.configuration.write_text(text)

    @property
    def status(self) -> tuple[str, ...]:
        return ("smbstatus", "--processes", f"--configfile={self.configuration}")

    def start(self) -> subprocess.Popen[bytes]:
        for user in USERS:
            subprocess.run(
                ["pdbedit", "-s", self.configuration, "-a", "-u", user, "-t"],
                input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
                check=True,
                capture_output=True,
            )
            login = self._folder / user
            login.write_text(f"username={user}\npassword={PASSWORD}\n")
            login.chmod(0o600)
        return subprocess.Popen(
            ["smbd", "-F", "--no-process-group", "-s", self.configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it ends all of its process group with itself
        )

    @contextlib.contextmanager
    def connected(self, user: str, share: str = "share") -> Iterator[Client]:
        """A client that takes commands line by line; it leaves at the end."""
        process = subprocess.Popen(
            [
                *("smbclient", "-s", self.configuration, "-A", self._folder / user),
                *("-p", str(self._port), f"//127.0.0.1/{share}"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert process.stdin is not None
        try:
            yield process.stdin
        finally:
            process.stdin.close()
            process.wait(timeout=30)

    def waits_for(self, kind: str, count: int) -> None:
        """Until so many `sessions` or `tcons` stand: smbclient reads a line when it is idle."""
        end = time.monotonic() + 20
        while self._count(kind) < count and time.monotonic() < end:
            time.sleep(0.02)

    def waits_for_none(self) -> None:
        """Until nobody is connected any more."""
        end = time.monotonic() + 20
        while self._count("sessions") and time.monotonic() < end:
            time.sleep(0.02)

    def _count(self, kind: str) -> int:
        command = ["smbstatus", "--json", f"--configfile={self.configuration}"]
        said = subprocess.run(command, capture_output=True, check=True).stdout
        return len(json.loads(said)[kind])

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
            return True
        return False


@contextlib.contextmanager
def running(folder: Path, *, recorded: bool = False) -> Iterator[SambaServer]:
    """Needs root: smbd takes the names of its users. `recorded`: by full_audit, in its own log.

    The share lies beside pytest's folders: each run that begins closes those to everybody else.
    """
    with tempfile.TemporaryDirectory(prefix="lachan-share.") as name:
        Path(name).chmod(0o1777)
        with _running(SambaServer(folder, Path(name), recorded=recorded)) as server:
            yield server


@contextlib.contextmanager
def _running(server: SambaServer) -> Iterator[SambaServer]:
    process = server.start()
    end = time.monotonic() + 30
    try:
        while not server.answers() and time.monotonic() < end:
            time.sleep(0.02)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def say(client: Client, command: str) -> None:
    """What it does must be waited for before more is said: more would not be read."""
    client.write(f"{command}\n".encode())
