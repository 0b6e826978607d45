"""A site behind SSH whose forced command serves one append-only repository.

restic talks to `rclone serve restic --stdio --append-only` at the other end, over an ssh that we
configure: our key only, the known host key only, no questions. restic has one program for all
rclone repositories of a command line, so the program looks at the repository's name, which
restic puts last, and takes the ssh configuration of that site: `copy` between two such sites
works.

Source: restic manual, "Other Services via rclone"; ssh_config(5).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from agent.restic.environment import Repository
from wire.verdicts import Cause, HeldBy, Protection

KIND = "append_only_ssh"
_PROGRAM = (
    'sh -c \'for site; do :; done; exec ssh -E "$0/$site.log" -F "$0/$site" -T "$site"\' "{folder}"'
)


@dataclass(frozen=True, slots=True)
class Login:
    """How to enter the site's host."""

    user: str
    host: str
    port: int
    key_file: Path
    known_hosts_file: Path


@dataclass(frozen=True, slots=True)
class AppendOnlySshSite:
    """A repository that this agent can add to and read, but neither change nor delete."""

    name: str
    held_by: HeldBy
    login: Login
    password_file: Path
    ssh_folder: Path  # one ssh configuration per site, named as the site
    address: str = ""

    @property
    def kind(self) -> str:
        return KIND

    @property
    def place(self) -> str:
        return f"{self.login.host}\n{self.login.port}\n{self.address}"

    @property
    def protection(self) -> Protection:
        return Protection.CLAIMED

    @property
    def repository(self) -> Repository:
        program = "rclone.program=" + _PROGRAM.format(folder=self.ssh_folder)
        return Repository(
            self.name,
            f"rclone:{self.name}",
            self.password_file,
            (program, "rclone.timeout=30s"),
            transport_log=self.ssh_folder / f"{self.name}.log",
        )

    def obstacle(self) -> Cause | None:
        """None: only restic can tell whether the site answers."""
        return None

    def write_ssh_config(self) -> None:
        self.ssh_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self.ssh_folder / self.name
        new = target.with_name(f"{target.name}.{os.getpid()}.new")
        new.write_text(ssh_config(self.name, self.login))
        new.replace(target)


def ssh_config(name: str, login: Login) -> str:
    """The only ssh configuration that counts: the user's and the system's are not read. Pure."""
    settings = {
        "HostName": login.host,
        "Port": str(login.port),
        "User": login.user,
        "IdentityFile": _quoted(login.key_file),
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": _quoted(login.known_hosts_file),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "BatchMode": "yes",
        "ConnectTimeout": "20",
        "ServerAliveInterval": "10",
        "ServerAliveCountMax": "3",
        "ForwardAgent": "no",
        "ClearAllForwardings": "yes",
        "Compression": "no",  # packs are compressed and encrypted already
    }
    lines = [f"Host {name}", *(f"    {key} {value}" for key, value in settings.items())]
    return "\n".join(lines) + "\n"


def _quoted(path: Path) -> str:
    """ssh_config(5) takes arguments in double quotes and expands % in file names."""
    return '"' + str(path).replace("%", "%%") + '"'
