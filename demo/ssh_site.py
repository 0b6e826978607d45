"""A private, unprivileged sshd on a loopback port that serves one site: for demo, tests, bench.

Two keys may enter, each with its own forced command: one serves the append-only repository,
the other only prints the signs that tell places apart.
"""

import os
import shlex
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROBE = Path(__file__).parents[1] / "deploy" / "site" / "probe.sh"  # as a real site has it
_START_S = 10.0
_USER = "lachan"  # exists only for this sshd (nss_wrapper), whoever runs it, with a usable shell


@dataclass(frozen=True, slots=True)
class SshSite:
    """Where the site listens and what a client needs to enter."""

    folder: Path
    repository: Path
    user: str
    port: int
    host: str = "127.0.0.1"

    @property
    def key_file(self) -> Path:
        return self.folder / "agent_key"

    @property
    def probe_key_file(self) -> Path:
        return self.folder / "probe_key"

    @property
    def known_hosts_file(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def sshd_config(self) -> Path:
        return self.folder / "sshd_config"

    @property
    def log(self) -> Path:
        return self.folder / "sshd.log"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def write(folder: Path, repository: Path) -> SshSite:
    """Lay out keys, authorized_keys, known_hosts and sshd_config; nothing is started."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    repository.mkdir(mode=0o700, parents=True, exist_ok=True)
    site = SshSite(folder, repository, _USER, free_port())
    for name in ("host_key", "agent_key", "probe_key"):
        _new_key(folder / name)
    host_key = (folder / "host_key.pub").read_text().split()
    site.known_hosts_file.write_text(f"[{site.host}]:{site.port} {host_key[0]} {host_key[1]}\n")
    (folder / "authorized_keys").write_text(_authorized_keys(site))
    site.sshd_config.write_text(_sshd_config(site))
    (folder / "passwd").write_text(
        f"{_USER}:x:{os.geteuid()}:{os.getegid()}::{folder}:/bin/sh\n"
        f"sshd:x:65534:65534::/run/sshd:/usr/sbin/nologin\n"  # sshd started by root asks for it
    )
    (folder / "group").write_text(f"{_USER}:x:{os.getegid()}:\n")
    return site


def _environment(site: SshSite) -> dict[str, str]:
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LD_PRELOAD": "libnss_wrapper.so",
        "NSS_WRAPPER_PASSWD": str(site.folder / "passwd"),
        "NSS_WRAPPER_GROUP": str(site.folder / "group"),
    }


def _new_key(path: Path) -> None:
    path.unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def _authorized_keys(site: SshSite) -> str:
    serve = f"rclone serve restic --stdio --append-only {shlex.quote(str(site.repository))}"
    probe = shlex.join(("/bin/sh", str(PROBE), str(site.repository)))
    lines = []
    for key_file, command in ((site.key_file, serve), (site.probe_key_file, probe)):
        public = key_file.with_suffix(".pub").read_text().strip()
        quoted = command.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'command="{quoted}",restrict {public}\n')
    return "".join(lines)


def _sshd_config(site: SshSite) -> str:
    return "\n".join(
        (
            f"ListenAddress {site.host}",
            f"Port {site.port}",
            f"HostKey {site.folder / 'host_key'}",
            f"AuthorizedKeysFile {site.folder / 'authorized_keys'}",
            "PidFile none",
            "UsePAM no",
            "StrictModes no",  # the folder lies below /tmp
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin forced-commands-only",
            f"AllowUsers {site.user}",
            "MaxStartups 100",
            "LogLevel VERBOSE",
            "",
        )
    )


def start(site: SshSite) -> subprocess.Popen[bytes]:
    """Start sshd in the foreground, in a process group of its own, and wait until it answers."""
    if os.geteuid() == 0:  # the package's own runtime folder, which its service would make
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with site.log.open("ab") as log:
        process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-e", "-f", str(site.sshd_config)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_environment(site),
        )
    deadline = time.monotonic() + _START_S
    while not _answers(site):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process)
            raise RuntimeError(f"sshd did not start: {site.log.read_text(errors='replace')}")
    return process


def _answers(site: SshSite) -> bool:
    try:
        with socket.create_connection((site.host, site.port), timeout=1.0) as connection:
            connection.settimeout(1.0)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the listener and every session that it still serves."""
    sessions = _children_of(process.pid)
    for pid in (process.pid, *sessions):
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue  # it has ended by itself
    process.wait(timeout=_START_S)


def _children_of(pid: int) -> list[int]:
    """All descendants: session processes have sessions of their own, so a group does not do."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                children = [int(word) for word in task.read_text().split()]
            except OSError:  # the process ended while we looked
                continue
            found += children
            waiting += children
    return found
