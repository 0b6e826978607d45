"""One real server for each kind of site, and how it is hurt: for the conformance suite."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from msgspec.structs import replace

from agent.config.home import Home
from agent.config.model import Site
from agent.sites.opening import password_file
from demo import ssh_site
from demo.ssh_site import SshSite
from tests.agent.sites.object_files import files_below, write
from tests.agent.sites.web_stands import S3, Rest
from tests.real.light_repositories import Born
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
        return files_below(self.place(repository))

    def write(self, repository: str, name: str, content: bytes) -> None:
        write(self.place(repository) / name, content)

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
        return files_below(self.place(repository))

    def write(self, repository: str, name: str, content: bytes) -> None:
        write(self.place(repository) / name, content)

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
