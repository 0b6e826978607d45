"""A site behind SSH whose SFTP server gives this agent a folder. Whoever enters can delete there.

Source: restic manual, "SFTP".
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from agent.config.sites import Limit
from agent.restic.environment import Repository
from agent.sites.ways.ssh import PROGRAMS, Login
from wire.verdicts import Cause, HeldBy, Protection

KIND = "sftp"


@dataclass(frozen=True, slots=True)
class SftpSite:
    """A repository in a folder of another machine."""

    name: str
    held_by: HeldBy
    login: Login
    path: Path
    password_file: Path
    ssh_folder: Path  # one ssh configuration per site, named as the site
    address: str = ""
    limit: Limit | None = None

    @property
    def kind(self) -> str:
        return KIND

    @property
    def place(self) -> str:
        return f"{self.login.host}\n{self.login.port}\n{self.path}\n{self.address}"

    @property
    def protection(self) -> Protection:
        return Protection.NONE

    @property
    def repository(self) -> Repository:
        program = shlex.join((str(self.ssh_folder / PROGRAMS / "ssh"), self.name, "-s", "sftp"))
        return Repository(
            self.name,
            f"sftp:{self.name}:{self.path}",
            self.password_file,
            (f"sftp.command={program}",),
            transport_log=self.ssh_folder / f"{self.name}.log",
            programs=self.ssh_folder / PROGRAMS,
            limit=self.limit,
        )

    def obstacle(self) -> Cause | None:
        """None: only restic can tell whether the site answers."""
        return None
