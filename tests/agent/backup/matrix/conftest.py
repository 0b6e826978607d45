"""A facility that is whole: two runs, every pack of both sites read. Each case gets it so."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.backup.records.records import open_records
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Dataset, Site
from agent.files.ledger import open_ledger
from demo import ssh_site
from demo.ssh_site import SshSite
from tests.agent.backup.conftest import Facility, fill, site_of
from tests.agent.backup.matrix.ground import BIG_BYTES, Ground, back_up_as_it_is, read_all
from tests.real.light_repositories import Born
from wire.verdicts import HeldBy

PARTS: dict[str, Callable[[str, str], object]] = {
    "home": shutil.copy2,
    "nas": os.link,
    "elsewhere": os.link,
    "share": shutil.copy2,
}


@pytest.fixture(scope="session")
def pristine(
    tmp_path_factory: pytest.TempPathFactory, pair: Born
) -> Iterator[tuple[Path, SshSite]]:
    root = tmp_path_factory.mktemp("whole")
    site = ssh_site.write(root / "sshd", root / "elsewhere" / "repository")
    process = ssh_site.start(site)
    try:
        _make(root, site, pair)
        yield root, site
    finally:
        ssh_site.stop(process)


def _make(root: Path, site: SshSite, pair: Born) -> None:
    fill(root / "share", 20)
    (root / "share" / "large.bin").write_bytes(os.urandom(BIG_BYTES))
    home = home_at(root / "home")
    pair.give(home, "a", root / "nas" / "repository")
    pair.give(home, "b", site.repository)
    with _opened(root, site) as ground:
        back_up_as_it_is(ground)
        (ground.share / "second.txt").write_text("since then\n")
        back_up_as_it_is(ground)
        read_all(ground)
    for part, copy in PARTS.items():
        shutil.copytree(root / part, root / "pristine" / part, symlinks=True, copy_function=copy)


@pytest.fixture
def ground(pristine: tuple[Path, SshSite]) -> Iterator[Ground]:
    root, site = pristine
    for part, copy in PARTS.items():
        place = root / part
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        shutil.copytree(root / "pristine" / part, place, symlinks=True, copy_function=copy)
    with _opened(root, site) as ground:
        yield ground
    shutil.rmtree(root / "elsewhere-now", ignore_errors=True)


@contextmanager
def _opened(root: Path, site: SshSite) -> Iterator[Ground]:
    home, clock, source = home_at(root / "home"), SystemClock(), root / "share"
    dataset = Dataset(name="share", paths=(source,), schedule="0 * * * *", rpo="8h")
    near = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=root / "nas" / "repository")
    records = open_records(home, clock)
    with open_ledger(home, clock) as ledger:
        facility = Facility(home, source, dataset, (near, site_of(site)), records, ledger)
        yield Ground(root, facility, site)
    records.close()
