"""A hospital's share with two points at two sites: what every test of restoring begins with."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent.backup.course import Course
from agent.backup.restore.goal import Wish
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.backup import backup_job
from agent.daemon.work.restore import restore_job, restore_plan
from agent.daemon.work.restore.restore_job import Outcome
from agent.daemon.work.restore.restore_plan import Plan, Request
from agent.daemon.work.sites import asking
from agent.restic.door import Restic
from agent.restic.process import Stopper
from agent.sites.door import SiteDoor
from tests.real.light_repositories import Born

FOLDER = "Bệnh Án"


@dataclass(frozen=True)
class Hospital:
    """One agent, its share, both its repositories."""

    folder: Path
    app: App

    @property
    def share(self) -> Path:
        return self.folder / "share"

    def site(self, name: str) -> Path:
        return self.folder / f"nas-{name}" / "repository"

    def plan(self, path: str | Path | None = FOLDER, **words: object) -> Plan:
        full = None if path is None else self.share / path
        into, replace = words.pop("into", None), bool(words.pop("replace", False))
        wish = Wish(into, replace, whole=path is None)  # type: ignore[arg-type]
        request = Request(full, wish=wish, **words)  # type: ignore[arg-type]
        return restore_plan.make(self.app, request, Course(self.app.clock))

    def restore(self, path: str | Path | None = FOLDER, **words: object) -> Outcome:
        plan = self.plan(path, **words)
        return restore_job.carry_out(self.app, plan, Course(self.app.clock))

    def back_up(self) -> None:
        backup_job.run_all(self.app)

    def left(self) -> list[str]:
        """What must never stay: stages, and journals of restores."""
        stages = [path.name for path in self.folder.rglob(".lachan-restore-*")]
        return stages + [path.name for path in (self.app.home.state_dir / "restores").glob("*")]


@contextlib.contextmanager
def hospital_in(folder: Path, pair: Born) -> Iterator[Hospital]:
    home = home_at(folder / "home")
    home.config_dir.mkdir(mode=0o700)
    sites = [
        f"{{name: {name}, kind: local, path: {folder}/nas-{name}/repository, held_by: owned}}"
        for name in ("a", "b")
    ]
    home.agent_yaml.write_text(
        "facility: GL-BVDK\n"
        f"datasets: [{{name: share, paths: [{folder}/share], schedule: '0 * * * *', rpo: 8h}}]\n"
        f"sites: [{', '.join(sites)}]\n"
    )
    for name in ("a", "b"):
        (folder / f"nas-{name}").mkdir()
        pair.give(home, name, folder / f"nas-{name}" / "repository")
    fill(folder / "share")
    app = open_app(home)
    try:
        yield Hospital(folder, app)
    finally:
        app.close()


def damage(repository: Path) -> Path:
    """Turn one byte of the largest pack: the files' contents."""
    packs = [path for path in (repository / "data").rglob("*") if path.is_file()]
    pack = max(packs, key=lambda path: path.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(bytes(content))
    return pack


def use_restic(patch: pytest.MonkeyPatch, path: str) -> None:
    """Every restic that is asked from now on is the first in this path."""
    older = backup_job.restic_at

    def other(app: App, site: SiteDoor, stopper: Stopper) -> Restic:
        restic = older(app, site, stopper)
        return replace(restic, workplace=replace(restic.workplace, path=path))

    patch.setattr(asking, "restic_at", other)


def restic_whose_restore(folder: Path, does: str) -> str:
    """A path to a restic that is real but for one verb."""
    folder.mkdir()
    program = folder / "restic"
    program.write_text(
        f'#!/bin/sh\ncase " $* " in *" restore "*) {does};; esac\nexec /usr/bin/restic "$@"\n'
    )
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def fill(share: Path) -> None:
    """Everything that a file server's folder may hold, as far as this user and disk allow it."""
    inner = share / FOLDER
    (inner / "2026").mkdir(parents=True)
    for number in range(4):
        (inner / "2026" / f"hồ sơ {number}.txt").write_text(f"record {number}\n" * 100)
    (inner / "picture").write_bytes(os.urandom(60_000))  # the largest pack holds it
    (inner / "empty").write_bytes(b"")
    (inner / "odd [a]*?\\ name").write_text("glob")
    (inner / "new\nline").write_text("line")
    with open(os.fsencode(inner) + b"/\xff\xfe", "wb") as file:  # noqa: PTH123 - bytes
        file.write(b"no utf-8")
    (inner / "hard").write_text("one file")
    os.link(inner / "hard", inner / "hard too")
    (inner / "link").symlink_to("2026")
    (inner / "dangling").symlink_to("/nowhere/at all")
    (inner / "closed").mkdir()
    (inner / "closed" / "x").write_text("x")
    (inner / "closed" / "x").chmod(0o440)
    (inner / "closed").chmod(0o550)
    os.utime(inner / "hard", ns=(1, 1_262_304_000_123_456_789))
    with contextlib.suppress(OSError):
        os.setxattr(inner / "empty", "user.note", b"\x00ghi ch\xc3\xba")
    (share / "sổ.xlsx").write_text("first")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, pair: Born) -> Iterator[Hospital]:
    """After its first backup; shared by tests that put everything back as it was."""
    with hospital_in(tmp_path_factory.mktemp("hospital"), pair) as hospital:
        hospital.back_up()
        yield hospital


@pytest.fixture
def own(tmp_path: Path, pair: Born) -> Iterator[Hospital]:
    """One of a test's own, after its first backup."""
    with hospital_in(tmp_path, pair) as hospital:
        hospital.back_up()
        yield hospital
        for folder in hospital.folder.rglob("closed"):
            folder.chmod(0o750)
