"""Real PostgreSQL and MariaDB servers of a test: an ordinary account, an own folder, no service."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agent.host import PROGRAM_FOLDERS

PASSWORD = r"""it's a "quoted\ :p#ss;word"""  # noqa: S105 - of a server that a test makes

_MOST_TRIES = 1000
POSTGRESQL = max(Path("/usr/lib/postgresql").glob("*/bin"))
PROGRAMS = f"{POSTGRESQL}:{PROGRAM_FOLDERS}"  # without Debian's chooser, which is slow


@dataclass
class Server:
    """One server. `queries` speaks to it as its administrator."""

    folder: Path
    port: int
    command: tuple[str, ...]
    ask: tuple[str, ...]  # a client's words up to the database's name
    owner: str
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, start_new_session=True, user=_as(self.owner)
            )
        for _ in range(_MOST_TRIES):
            refused = self._refused()
            if not refused:
                return
            assert self.process.poll() is None, (self.folder / "log").read_text()
        raise AssertionError(refused)

    def kill(self) -> None:
        """With all that works for it, at once: as when the machine loses its power."""
        assert self.process is not None
        subprocess.run(["sh", "-c", self.death], check=False, capture_output=True)
        self.process.wait()

    def sql(self, text: str, database: str) -> str:
        done = subprocess.run(
            (*self.ask, database),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            user=_as(self.owner),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def death(self) -> str:
        """The shell's words for it. PostgreSQL's workers lead sessions of their own."""
        assert self.process is not None
        pid = self.process.pid
        return f"kill -STOP {pid}; pkill -KILL -P {pid}; kill -KILL {pid}"

    @property
    def account(self) -> str | None:
        """Whom its clients run as; None: as we do."""
        return _as(self.owner)

    def load(self, file: Path, database: str) -> None:
        self.sql(file.read_text(), database)

    def _refused(self) -> str:
        words = (*self.ask, "postgres" if "ON_ERROR_STOP=1" in self.ask else "mysql")
        asked = subprocess.run(
            words, input=b"SELECT 1;", capture_output=True, check=False, user=_as(self.owner)
        )
        return asked.stderr.decode() if asked.returncode else ""


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """By its socket everybody is known by his account; by its port, by password."""
    owner = _account("postgres")
    with _folder(owner) as folder:
        data, port = folder / "d", _free_port()
        common = ["--auth-local=peer", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C"]
        init = [str(POSTGRESQL / "initdb"), "-D", str(data), "-U", owner, "--no-sync", *common]
        subprocess.run(init, check=True, capture_output=True, user=_as(owner))
        quick = ("-c", "fsync=off", "-c", "listen_addresses=127.0.0.1")
        command = (str(POSTGRESQL / "postgres"), "-D", str(data), "-k", str(folder), *quick)
        client = (
            str(POSTGRESQL / "psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(folder),
        )
        ask = (*client, "-p", str(port), "-f", "-")
        server = Server(folder, port, (*command, "-p", str(port)), ask, owner)
        yield from _running(server)


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """By its socket its owner is the administrator; by its port, by password."""
    owner = pwd.getpwuid(os.geteuid()).pw_name
    with _folder(owner) as folder:
        common = ["--no-defaults", f"--datadir={folder}/d", f"--user={owner}"]
        login = ["--auth-root-authentication-method=socket", f"--auth-root-socket-user={owner}"]
        subprocess.run(["mariadb-install-db", *common, *login], check=True, capture_output=True)
        port = _free_port()
        net = ("--bind-address=127.0.0.1", f"--port={port}", "--innodb-flush-log-at-trx-commit=0")
        quick = (
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=16M",
            "--character-set-server=utf8mb4",
        )
        command = ("mariadbd", *common, f"--socket={folder}/s", *net, *quick)
        ask = (
            "mariadb",
            "--no-defaults",
            "--default-character-set=utf8mb4",
            "-S",
            f"{folder}/s",
            "-u",
            owner,
            "-N",
            "-B",
        )
        server = Server(folder, port, command, ask, owner)
        yield from _running(server)


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def _folder(owner: str) -> Iterator[Path]:
    """Short, because of the socket, and open to the account that runs the server."""
    folder = Path(tempfile.mkdtemp(prefix="lachan-db."))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder)


def _account(usual: str) -> str:
    """PostgreSQL refuses to run as root."""
    return usual if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _as(owner: str) -> str | None:
    return owner if os.geteuid() == 0 and owner != "root" else None


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def programs(folder: Path, scripts: dict[str, str]) -> str:
    """A search path on which these scripts stand in front of the real programs."""
    folder.mkdir()
    for name, text in scripts.items():
        script = folder / name
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
    return f"{folder}:{PROGRAMS}"
