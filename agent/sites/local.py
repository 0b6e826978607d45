"""A site that this host sees as a folder: a disk, or a mounted NAS. Its owner can delete it."""

from dataclasses import dataclass
from pathlib import Path

from agent.config.model import Site
from agent.config.sites import Limit
from agent.restic.environment import Repository
from wire.verdicts import Cause, HeldBy, Protection

KIND = "local"


@dataclass(frozen=True, slots=True)
class LocalSite:
    """A repository in a folder."""

    name: str
    held_by: HeldBy
    path: Path
    password_file: Path
    address: str = ""
    limit: Limit | None = None

    @property
    def kind(self) -> str:
        return KIND

    @property
    def place(self) -> str:
        return f"{self.path}\n{self.address}"

    @property
    def protection(self) -> Protection:
        return Protection.NONE

    @property
    def repository(self) -> Repository:
        return Repository(self.name, str(self.path), self.password_file, limit=self.limit)

    def obstacle(self) -> Cause | None:
        """A folder above it that is not there is a disk that is not mounted."""
        return None if self.path.parent.is_dir() else Cause.SITE_UNREACHABLE


def lies_here(site: Site) -> bool:
    """Whether this host sees the site's repository as a folder."""
    return site.kind == KIND and site.path is not None
