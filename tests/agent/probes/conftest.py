"""A real site behind a real sshd."""

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
