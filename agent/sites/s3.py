"""A site that is a bucket of an S3 server.

restic finds the credential in the file that `AWS_SHARED_CREDENTIALS_FILE` names; the variable
holds a path, never a secret. All sites of one command line share that file, the region and the
addressing (`agent.config.site_rules`).

Source: restic manual, "Amazon S3"; AWS CLI, "Configuration and credential file settings".
"""

from dataclasses import dataclass
from pathlib import Path

from agent.config.sites import Addressing, Limit
from agent.restic.environment import Repository
from agent.sites.ways.http import Server
from wire.verdicts import Cause, HeldBy, Protection

KIND = "s3"
_LOOKUP = {Addressing.PATH: "path", Addressing.HOST: "dns"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Which bucket, and how it is addressed; behind a / the folder in it."""

    name: str
    region: str
    addressing: Addressing


@dataclass(frozen=True, slots=True)
class S3Site:
    """A repository whose objects lie in a bucket."""

    name: str
    held_by: HeldBy
    server: Server
    bucket: Bucket
    credentials_file: Path
    password_file: Path
    address: str = ""
    limit: Limit | None = None

    @property
    def kind(self) -> str:
        return KIND

    @property
    def place(self) -> str:
        return f"{self.server.url}\n{self.bucket.name}\n{self.address}"

    @property
    def protection(self) -> Protection:
        return Protection.CLAIMED

    @property
    def repository(self) -> Repository:
        lookup = f"s3.bucket-lookup={_LOOKUP[self.bucket.addressing]}"
        region = (f"s3.region={self.bucket.region}",) if self.bucket.region else ()
        return Repository(
            self.name,
            f"s3:{self.server.url.rstrip('/')}/{self.bucket.name}",
            self.password_file,
            (lookup, *region),
            roots=self.server.roots,
            s3_credentials_file=self.credentials_file,
            limit=self.limit,
        )

    def obstacle(self) -> Cause | None:
        """Nobody takes a connection there."""
        return self.server.obstacle()
