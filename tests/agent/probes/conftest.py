"""A real site behind a real sshd."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import ssh_site
from demo.ssh_site import SshSite


@pytest.fixture(scope="session")
def ssh_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshSite]:
    folder: Path = tmp_path_factory.mktemp("site")
    site = ssh_site.write(folder / "ssh", folder / "store" / "repository")
    text = site.sshd_config.read_text()
    site.sshd_config.write_text(f"{text}Subsystem sftp internal-sftp\n")
    process = ssh_site.start(site)
    try:
        yield site
    finally:
        ssh_site.stop(process)


@pytest.fixture
def ssh_site_b(ssh_place: SshSite) -> SshSite:
    """The same, under a name that no helper has."""
    return ssh_place


@pytest.fixture
def quiet() -> Iterator[Path]:
    """A folder on a file system that hardly anybody else writes meanwhile."""
    folder = Path("/dev/shm") / f"lachan-quiet-{os.getpid()}"  # noqa: S108 - this one and no other
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
