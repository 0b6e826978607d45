"""Two repositories as `restic init` makes them, opened in milliseconds: most tests need no birth.

The agent gives a repository at a folder its light key itself. At an append-only site it cannot,
so the tests do it there, from inside the site: else every start of restic costs 0.7 s.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from agent.backup import passwords
from agent.backup.light_key import lighten
from agent.config.home import Home
from agent.restic import saving
from agent.restic.door import Restic
from agent.restic.environment import Repository, Workplace
from agent.sites.opening import password_file


@dataclass(frozen=True)
class Born:
    """Templates of two repositories that cut files alike, and their passwords."""

    folder: Path

    def repository(self, site: str) -> Path:
        return self.folder / site

    def give(self, home: Home, site: str, target: Path) -> None:
        """A copy at the site, and its password in the agent's secrets."""
        shutil.copytree(self.repository(site), target, dirs_exist_ok=True)
        password = password_file(home, site)
        password.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(self.folder / f"{site}.password", password)


def born(folder: Path) -> Born:
    """Make the pair below a folder: a, and b with its chunker parameters."""
    made = Born(folder)
    a = _init(made, "a", None)
    _init(made, "b", a.repository)
    return made


def lighten_folder(password: Path, folder: Path) -> None:
    """Give a repository that has been made over a network its light key, from inside the site."""
    work = Workplace(folder.parent / "lighten")
    try:
        assert lighten(Restic(Repository("x", str(folder), password), work), folder, os.urandom)
    finally:
        shutil.rmtree(work.folder, ignore_errors=True)


def _init(made: Born, site: str, like: Repository | None) -> Restic:
    password = made.folder / f"{site}.password"
    passwords.make(password, os.urandom)
    where = made.repository(site)
    restic = Restic(Repository(site, str(where), password), Workplace(made.folder / "work"))
    saving.init(restic, like)
    assert lighten(restic, where, os.urandom)
    return restic
