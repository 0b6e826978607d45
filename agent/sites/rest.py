"""A site that speaks restic's REST protocol over HTTPS: rest-server, or `rclone serve restic`.

Source: restic manual, "REST Server"; restic 0.14 knows no other place for the login than the
address, so the address with the login stands only in the private repository file.
"""

from dataclasses import dataclass
from pathlib import Path

from agent.config.sites import Limit
from agent.restic.environment import Repository
from agent.sites.ways.http import Server
from wire.verdicts import Cause, HeldBy, Protection

KIND = "rest"


@dataclass(frozen=True, slots=True)
class RestSite:
    """A repository behind an HTTP server that asks for a name and a password."""

    name: str
    held_by: HeldBy
    server: Server
    credentials_file: Path
    password_file: Path
    address: str = ""
    limit: Limit | None = None

    @property
    def kind(self) -> str:
        return KIND

    @property
    def place(self) -> str:
        return f"{self.server.url}\n{self.address}"

    @property
    def protection(self) -> Protection:
        return Protection.CLAIMED

    @property
    def repository(self) -> Repository:
        return Repository(
            self.name,
            f"rest:{self.server.url.rstrip('/')}/",
            self.password_file,
            roots=self.server.roots,
            login_file=self.credentials_file,
            limit=self.limit,
        )

    def obstacle(self) -> Cause | None:
        """Nobody takes a connection there."""
        return self.server.obstacle()
