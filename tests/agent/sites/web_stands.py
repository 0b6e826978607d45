"""The stands of the kinds that speak HTTP: `rest` and `s3`."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from agent.config.model import Site
from tests.agent.sites.object_files import files_below, private, write
from tests.real.light_repositories import Born
from tests.real.rest_server import USER, RestServer
from tests.real.s3_server import S3Server
from wire.verdicts import HeldBy


@dataclass
class Rest:
    """`rest`: Debian 13's rest-server over TLS."""

    root: Path
    options: tuple[str, ...] = ("--append-only",)
    server: RestServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = RestServer(self.root / "rest", self.options)

    def site(self, name: str, repository: str) -> Site:
        return Site(
            name=name,
            kind="rest",
            held_by=HeldBy.HOSTED,
            url=f"{self.server.url}/{repository}/",
            credentials_file=self.server.credentials_file,
            ca_file=self.server.certificate.ca_file,
        )

    def hold(self, born: Born, site: str, repository: str) -> None:
        target = self.server.data / repository
        shutil.copytree(born.repository(site), target, dirs_exist_ok=True)

    def objects(self, repository: str) -> dict[str, bytes]:
        return files_below(self.server.data / repository)

    def write(self, repository: str, name: str, content: bytes) -> None:
        write(self.server.data / repository / name, content)

    def wipe(self, repository: str) -> None:
        shutil.rmtree(self.server.data / repository)

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def with_wrong_login(self, site: Site) -> Site:
        return replace(site, credentials_file=private(self.root / "wrong", f"{USER}:Kh0ngPhai\n"))

    def with_unknown_server(self, site: Site) -> Site:
        return replace(site, ca_file=None)  # the system's CAs, of which none has signed it


@dataclass
class S3:
    """`s3`: a bucket whose user may read and add, and may remove only locks."""

    root: Path
    server: S3Server = field(init=False)
    credentials_file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.server = S3Server(self.root / "s3")

    def site(self, name: str, repository: str) -> Site:
        return Site(
            name=name,
            kind="s3",
            held_by=HeldBy.HOSTED,
            url=self.server.url,
            bucket=f"{self.server.bucket}/{repository}",
            region="us-east-1",
            credentials_file=self.credentials_file,
            ca_file=self.server.certificate.ca_file,
        )

    def rights(self) -> dict[str, list[str]]:
        """To read and add; to remove locks only."""
        bucket = self.server.bucket
        return {
            "*": ["s3:ListBucket", "s3:GetBucketLocation", "s3:HeadBucket"],
            f"{bucket}/*": ["s3:GetObject", "s3:PutObject"],
            f"{bucket}/*/locks/*": ["s3:DeleteObject"],
        }

    def hold(self, born: Born, site: str, repository: str) -> None:
        for name, content in files_below(born.repository(site)).items():
            self.write(repository, name, content)

    def objects(self, repository: str) -> dict[str, bytes]:
        prefix = f"{repository}/"
        with self.server.open():
            listed = self._owner.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
            names = [one["Key"] for one in listed.get("Contents", [])]
            return {name.removeprefix(prefix): self._content(name) for name in names}

    def write(self, repository: str, name: str, content: bytes) -> None:
        with self.server.open():
            self._owner.put_object(Bucket=self._bucket, Key=f"{repository}/{name}", Body=content)

    def wipe(self, repository: str) -> None:
        with self.server.open():
            for name in self.objects(repository):
                self._owner.delete_object(Bucket=self._bucket, Key=f"{repository}/{name}")

    def _content(self, name: str) -> bytes:
        body: bytes = self._owner.get_object(Bucket=self._bucket, Key=name)["Body"].read()
        return body

    @property
    def _bucket(self) -> str:
        return self.server.bucket

    @property
    def _owner(self) -> Any:  # noqa: ANN401 - boto3 ships no types
        return self.server.owner()

    def start(self) -> None:
        self.server.start()
        if not hasattr(self, "credentials_file"):
            with self.server.open():
                self.server.owner().create_bucket(Bucket=self.server.bucket)
            self.credentials_file = self.server.user("fs-01", self.rights())

    def stop(self) -> None:
        self.server.stop()

    def with_wrong_login(self, site: Site) -> Site:
        text = self.credentials_file.read_text().rstrip()[:-4] + "sai0\n"
        return replace(site, credentials_file=private(self.root / "wrong", text))

    def with_unknown_server(self, site: Site) -> Site:
        return replace(site, ca_file=None)
