"""One real server for each kind of site, and how it is hurt: for the conformance suite."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Protocol

from msgspec.structs import replace

from agent.config.home import Home
from agent.config.model import Site
from agent.sites.opening import password_file
from demo import ssh_site
from demo.ssh_site import SshSite
from tests.real.light_repositories import Born
from tests.real.rest_server import USER, RestServer
from tests.real.s3_server import S3Server
from wire.verdicts import HeldBy


class Stand(Protocol):
    """A server of one kind; `repository` is a name below which one repository lies."""

    def site(self, name: str, repository: str) -> Site: ...

    def hold(self, born: Born, site: str, repository: str) -> None:
        """Lay down a repository that was made before: `born` has it, with its password."""
        ...

    def objects(self, repository: str) -> dict[str, bytes]: ...

    def write(self, repository: str, name: str, content: bytes) -> None: ...

    def wipe(self, repository: str) -> None: ...

    def stop(self) -> None: ...

    def start(self) -> None: ...

    def with_wrong_login(self, site: Site) -> Site: ...

    def with_unknown_server(self, site: Site) -> Site: ...


@dataclass
class Folder:
    """`local`. Its server is the disk: stopped, it is not mounted."""

    root: Path

    def site(self, name: str, repository: str) -> Site:
        return Site(name=name, kind="local", held_by=HeldBy.OWNED, path=self.place(repository))

    def place(self, repository: str) -> Path:
        place = self.root / "disk" / repository
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def hold(self, born: Born, site: str, repository: str) -> None:
        shutil.copytree(born.repository(site), self.place(repository), dirs_exist_ok=True)

    def objects(self, repository: str) -> dict[str, bytes]:
        return _files(self.place(repository))

    def write(self, repository: str, name: str, content: bytes) -> None:
        _write(self.place(repository) / name, content)

    def wipe(self, repository: str) -> None:
        shutil.rmtree(self.place(repository))

    def stop(self) -> None:
        (self.root / "disk").rename(self.root / "unplugged")

    def start(self) -> None:
        (self.root / "unplugged").rename(self.root / "disk")

    def with_wrong_login(self, site: Site) -> Site:
        raise NotImplementedError("a folder asks for no login")

    def with_unknown_server(self, site: Site) -> Site:
        raise NotImplementedError("a folder has no server")


@dataclass
class Ssh:
    """`sftp` and `append_only_ssh`: one sshd, whose key may do what `command` says."""

    root: Path
    kind: str
    sshd: SshSite = field(init=False)
    process: "Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.sshd = ssh_site.write(self.root / "sshd", self.root / "store" / "FS-01")
        if self.kind == "sftp":
            allow_everything(self.sshd)

    def site(self, name: str, repository: str) -> Site:
        one = self.sshd
        site = Site(
            name=name,
            kind=self.kind,
            held_by=HeldBy.HOSTED,
            user=one.user,
            host=one.host,
            port=one.port,
            key_file=one.key_file,
            known_hosts_file=one.known_hosts_file,
        )
        if self.kind == "sftp":
            return replace(site, path=self.place(repository))
        self.serve(f"rclone serve restic --stdio --append-only {self.place(repository)}")
        return site

    def serve(self, command: str) -> None:
        """What the agent's key may do from now on."""
        public = self.sshd.key_file.with_suffix(".pub").read_text().strip()
        line = f'command="{command}",restrict {public}\n'
        (self.sshd.folder / "authorized_keys").write_text(line)

    def place(self, repository: str) -> Path:
        return self.root / "store" / repository

    def hold(self, born: Born, site: str, repository: str) -> None:
        shutil.copytree(born.repository(site), self.place(repository), dirs_exist_ok=True)

    def objects(self, repository: str) -> dict[str, bytes]:
        return _files(self.place(repository))

    def write(self, repository: str, name: str, content: bytes) -> None:
        _write(self.place(repository) / name, content)

    def wipe(self, repository: str) -> None:
        shutil.rmtree(self.place(repository))

    def start(self) -> None:
        self.process = ssh_site.start(self.sshd)

    def stop(self) -> None:
        if self.process is not None:
            ssh_site.stop(self.process)
            self.process = None

    def with_wrong_login(self, site: Site) -> Site:
        stranger = self.root / "stranger"
        if not stranger.exists():
            shutil.copy2(self.sshd.folder / "host_key", stranger)  # any key that may not enter
        return replace(site, key_file=stranger)

    def with_unknown_server(self, site: Site) -> Site:
        """A known-hosts file that names another key for this address."""
        known = self.root / "other_known_hosts"
        other = self.sshd.probe_key_file.with_suffix(".pub").read_text().split()
        known.write_text(f"[{self.sshd.host}]:{self.sshd.port} {other[0]} {other[1]}\n")
        return replace(site, known_hosts_file=known)


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
        return _files(self.server.data / repository)

    def write(self, repository: str, name: str, content: bytes) -> None:
        _write(self.server.data / repository / name, content)

    def wipe(self, repository: str) -> None:
        shutil.rmtree(self.server.data / repository)

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def with_wrong_login(self, site: Site) -> Site:
        return replace(site, credentials_file=_private(self.root / "wrong", f"{USER}:Kh0ngPhai\n"))

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
        for name, content in _files(born.repository(site)).items():
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
        return replace(site, credentials_file=_private(self.root / "wrong", text))

    def with_unknown_server(self, site: Site) -> Site:
        return replace(site, ca_file=None)


def allow_everything(sshd: SshSite) -> None:
    """The agent's key enters as a person would: a shell, SFTP, forwarding."""
    public = sshd.key_file.with_suffix(".pub").read_text()
    (sshd.folder / "authorized_keys").write_text(public)
    text = sshd.sshd_config.read_text()
    text = text.replace("forced-commands-only", "yes")
    sshd.sshd_config.write_text(f"{text}Subsystem sftp internal-sftp\n")


def stand_of(kind: str, root: Path) -> Stand:
    if kind == "local":
        return Folder(root)
    if kind == "rest":
        return Rest(root)
    return S3(root) if kind == "s3" else Ssh(root, kind)


@contextlib.contextmanager
def running(stand: Stand) -> Iterator[Stand]:
    if not isinstance(stand, Folder):
        stand.start()
    try:
        yield stand
    finally:
        if not isinstance(stand, Folder):
            stand.stop()


def give_password(born: Born, home: Home, site: str) -> None:
    password = password_file(home, site)
    password.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy2(born.folder / f"{site}.password", password)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _private(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o600)
    return file
