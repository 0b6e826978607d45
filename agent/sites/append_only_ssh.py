"""A site behind SSH whose forced command serves one append-only repository.

restic talks to `rclone serve restic --stdio --append-only` at the other end, over an ssh that we
configure: our key only, the known host key only, no questions. restic has one program for all
rclone repositories of a command line, so the program looks at the repository's name, which
restic puts last, and takes the ssh configuration of that site: `copy` between two such sites
works.

Source: restic manual, "Other Services via rclone"; ssh_config(5).
"""

from dataclasses import dataclass
from pathlib import Path

from agent.config.sites import Limit
from agent.restic.environment import Repository
from agent.sites.ways.ssh import Login, ssh_config
from wire.verdicts import Cause, HeldBy, Protection

__all__ = ["KIND", "AppendOnlySshSite", "Login", "ssh_config"]
KIND = "append_only_ssh"
_PROGRAM = (
    'sh -c \'for site; do :; done; exec ssh -E "$0/$site.log" -F "$0/$site" -T "$site"\' "{folder}"'
)


@dataclass(frozen=True, slots=True)
class AppendOnlySshSite:
    """A repository that this agent can add to and read, but neither change nor delete."""

    name: str
    held_by: HeldBy
    login: Login
    password_file: Path
    ssh_folder: Path  # one ssh configuration per site, named as the site
    address: str = ""
    limit: Limit | None = None

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
            limit=self.limit,
        )

    def obstacle(self) -> Cause | None:
        """None: only restic can tell whether the site answers."""
        return None
