"""A site B with a repository that was written by its owner, and a thief with the server's keys."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import paramiko
import pytest

from agent.sites.append_only_ssh import Login, ssh_config
from demo import ssh_site
from demo.ssh_site import SshSite

NAME = "b"


@dataclass(frozen=True)
class Thief:
    """Somebody with everything that lies on the protected server: keys, password, addresses."""

    site: SshSite
    folder: Path
    key_file: Path
    path: str = os.environ["PATH"]  # where restic is found

    @property
    def configuration(self) -> Path:
        login = Login(
            *(self.site.user, self.site.host, self.site.port, self.key_file),
            known_hosts_file=self.site.known_hosts_file,
        )
        file = self.folder / f"{self.key_file.name}.config"
        text = ssh_config(NAME, login).replace("ClearAllForwardings yes", "ClearAllForwardings no")
        file.write_text(text)
        return file

    def ssh(self, *words: str, said: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        argv = ["ssh", "-F", str(self.configuration), *words]
        return subprocess.run(argv, input=said, capture_output=True, check=False, timeout=60)

    def restic(self, *words: str, wait_s: float = 8) -> "subprocess.CompletedProcess[bytes]":
        restic = shutil.which("restic", path=self.path) or "restic"
        argv = [restic, "-o", f"rclone.program=ssh -F {self.configuration} -T {NAME}"]
        environment = {
            "PATH": self.path,
            "HOME": str(self.folder),
            "RESTIC_REPOSITORY": "rclone:b",
            "RESTIC_PASSWORD_FILE": str(self.folder / "password"),
            "RESTIC_CACHE_DIR": str(self.folder / "cache"),
        }
        return subprocess.run(
            [*argv, *words], env=environment, capture_output=True, check=False, timeout=wait_s
        )

    def transport(self) -> paramiko.Transport:
        """A connection of our own, so that no client's good manners stand in the way."""
        transport = paramiko.Transport((self.site.host, self.site.port))
        transport.start_client(timeout=30)
        transport.auth_publickey(self.site.user, paramiko.PKey.from_path(self.key_file))
        return transport


def stored(site: SshSite) -> dict[str, str]:
    """Every object of the repository but locks, with its digest."""
    return {
        str(path.relative_to(site.repository)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.repository.rglob("*"))
        if path.is_file() and path.parent.name != "locks"
    }


@pytest.fixture(scope="session")
def opened_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SshSite, Path]]:
    folder = tmp_path_factory.mktemp("site-b")
    site = ssh_site.write(folder / "sshd", folder / "store" / "FS-01")
    process = ssh_site.start(site)
    try:
        server = folder / "server"
        (server / "data").mkdir(parents=True)
        (server / "password").write_text("the repository's password")
        for number in range(4):
            (server / "data" / f"{number}.txt").write_text(f"{number}\n" * 500)
        owner = Thief(site, server, site.key_file)
        for words in (("init",), ("backup", str(server / "data"))):
            done = owner.restic(*words)
            assert done.returncode == 0, done.stderr
        yield site, server
    finally:
        ssh_site.stop(process)


@pytest.fixture
def site(opened_site: tuple[SshSite, Path]) -> Iterator[SshSite]:
    """The site; after every attack all that was stored is there, as it was."""
    before = stored(opened_site[0])
    beside = set(opened_site[0].repository.parent.iterdir())
    assert len(before) >= 5
    yield opened_site[0]
    after = stored(opened_site[0])
    assert {name: after.get(name) for name in before} == before
    assert set(opened_site[0].repository.parent.iterdir()) == beside


@pytest.fixture
def thief(site: SshSite, opened_site: tuple[SshSite, Path]) -> Thief:
    """With the key that writes backups."""
    return Thief(site, opened_site[1], site.key_file)


@pytest.fixture
def spy(site: SshSite, opened_site: tuple[SshSite, Path]) -> Thief:
    """With the key that only probes."""
    return Thief(site, opened_site[1], site.probe_key_file)
