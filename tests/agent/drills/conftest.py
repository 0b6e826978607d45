"""A small hospital that has backed up to two real sites; each test gets it as it was then."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from agent.backup.records.records import Records, open_records
from agent.config.home import Home, home_at
from agent.daemon.app import App, open_app
from agent.daemon.work import drill_job
from agent.daemon.work.backup import backup_job
from agent.drills.journal import Journal
from agent.restic.door import Restic
from agent.sites.opening import open_site, password_file, site_named, workplace_of
from demo import ssh_site
from demo.ssh_site import SshSite
from tests.real.light_repositories import lighten_folder
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Backup, Drill, Manifest

DATASET = "hoso"
BIG_BYTES = 2_000_000


@dataclass(frozen=True)
class Hospital:
    """One server, two sites, and the folders that a disaster may take."""

    root: Path
    home: Home
    app: App
    site_b: SshSite

    @property
    def share(self) -> Path:
        return self.root / "share"

    @property
    def packs_b(self) -> set[Path]:
        return {path for path in (self.site_b.repository / "data").rglob("*") if path.is_file()}

    def back_up(self) -> None:
        backup_job.run_all(self.app)

    def drill(self, drill_class: str, site: str = "b", nonce: str = "") -> Journal:
        return drill_job.run(self.app, drill_job.Request(drill_class, site, DATASET, nonce))

    def restic(self, site: str) -> Restic:
        door = open_site(site_named(site, self.app.config.sites), self.home)
        return Restic(door.repository, workplace_of(self.home))

    def records(self) -> "closing[Records]":
        return closing(open_records(self.home, self.app.clock))

    def newest_drill(self) -> Drill:
        body = self._newest("drill")
        assert isinstance(body, Drill)
        return body

    def told_drills(self) -> list[Drill]:
        """Newest first."""
        rows = self.app.outbox.latest("drill", 9)
        bodies = (decode_statement("drill", peek_payload(row.raw)).body for row in rows)
        return [body for body in bodies if isinstance(body, Drill)]

    def newest_manifest(self) -> Manifest:
        body = self._newest("manifest")
        assert isinstance(body, Manifest)
        return body

    def newest_backup(self) -> Backup:
        body = self._newest("backup")
        assert isinstance(body, Backup)
        return body

    def newest_envelope(self, kind: str) -> bytes:
        return self.app.outbox.latest(kind, 1)[0].raw

    def _newest(self, kind: str) -> object:
        return decode_statement(kind, peek_payload(self.newest_envelope(kind))).body


def damage(file: Path) -> None:
    """Change bytes all over a stored object, as a failing disk does."""
    content = bytearray(file.read_bytes())
    for place in range(0, len(content), 512):
        content[place] ^= 0xFF
    file.unlink()  # its inode is the pristine one's too
    file.write_bytes(content)


def fill(share: Path) -> None:
    (share / "hồ sơ").mkdir(parents=True)
    for number in range(490):
        (share / "hồ sơ" / f"bệnh án {number:03}.txt").write_text(f"bản ghi {number}\n" * 40)
    for name in ("a[1]*?.txt", "a-b", "back\\slash", "two\nlines", "empty"):
        (share / name).write_text("" if name == "empty" else name)
    (share / "a").mkdir()
    (share / "a" / "b").write_text("below a")
    (share / "link").symlink_to("/etc/passwd")
    (share / "largest.bin").write_bytes(bytes(34_000_000))  # a spot drill streams it


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SshSite]]:
    """Two backups: the second one adds `big.bin`, whose pack is thus known."""
    root = tmp_path_factory.mktemp("hospital")
    site = ssh_site.write(root / "ssh", root / "elsewhere" / "repository")
    process = ssh_site.start(site)
    try:
        _back_up_twice(root, site)
        yield root, site
    finally:
        ssh_site.stop(process)


def _back_up_twice(root: Path, site: SshSite) -> None:
    fill(root / "share")
    (root / "nas").mkdir()
    (root / "home").mkdir(mode=0o700)
    (root / "home" / "agent.yaml").write_text(yaml.safe_dump(_configuration(root, site)))
    app = open_app(home_at(root / "home"))
    hospital = Hospital(root, app.home, app, site)
    hospital.back_up()
    lighten_folder(password_file(app.home, "b"), site.repository)
    before = hospital.packs_b
    (root / "share" / "big.bin").write_bytes(os.urandom(BIG_BYTES))
    hospital.back_up()
    app.close()
    big_pack = max(hospital.packs_b - before, key=lambda pack: pack.stat().st_size)
    (root / "big-pack").write_text(str(big_pack))
    _copy(root, root / "pristine")


def _copy(source: Path, target: Path) -> None:
    """The state is copied; what nobody changes in place is linked."""
    for part, copy in (
        ("home", shutil.copy2),
        ("nas", os.link),
        ("elsewhere", os.link),
        ("share", os.link),
    ):
        shutil.rmtree(target / part, ignore_errors=True)
        shutil.copytree(source / part, target / part, symlinks=True, copy_function=copy)


def _configuration(root: Path, site: SshSite) -> dict[str, object]:
    return {
        "facility": "BV-THU",
        "systems": [{"code": "FS-01", "regime": "ND331", "level": 3}],
        "datasets": [
            {"name": DATASET, "paths": [str(root / "share")], "schedule": "0 * * * *", "rpo": "8h"}
        ],
        "sites": [
            {"name": "a", "kind": "local", "path": str(root / "nas" / "repo"), "held_by": "owned"},
            {
                "name": "b",
                "kind": "append_only_ssh",
                "held_by": "hosted",
                "user": site.user,
                "host": site.host,
                "port": site.port,
                "key_file": str(site.key_file),
                "probe_key_file": str(site.probe_key_file),
                "known_hosts_file": str(site.known_hosts_file),
            },
        ],
    }


@pytest.fixture
def hospital(pristine: tuple[Path, SshSite]) -> Iterator[Hospital]:
    root, site = pristine
    _copy(root / "pristine", root)
    app = open_app(home_at(root / "home"))
    yield Hospital(root, app.home, app, site)
    app.close()


@pytest.fixture
def big_pack(pristine: tuple[Path, SshSite]) -> Path:
    """The pack at site B that holds `big.bin`, and nothing that other files need."""
    return Path((pristine[0] / "big-pack").read_text())
