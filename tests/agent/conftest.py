"""What the agent's tests share: a real second site behind a private sshd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import ssh_site
from demo.ssh_site import SshSite
from tests.real.light_repositories import Born, born


@pytest.fixture
def site_b(tmp_path: Path) -> Iterator[SshSite]:
    """An append-only site on a free loopback port; it is gone when the test is over."""
    site = ssh_site.write(tmp_path / "sshd", tmp_path / "elsewhere" / "repository")
    process = ssh_site.start(site)
    yield site
    ssh_site.stop(process)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Born:
    """Two repositories that were just made: copies of them spare a test their birth."""
    return born(tmp_path_factory.mktemp("born"))
