"""One agent's backup for the benches: site A a folder, site B append-only behind a private sshd."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.backup.companion import Notary
from agent.backup.course import Course
from agent.backup.records.records import open_records
from agent.backup.result import DatasetResult
from agent.backup.run import Setting, Task, run
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Dataset, Site
from agent.files.ledger import open_ledger
from agent.progress import OnProgress, ignore
from agent.restic.environment import PATH, Workplace
from agent.restic.patience import Patience
from agent.restic.process import Stopper
from agent.sites.opening import open_site, workplace_of
from demo import ssh_site
from tests.real.stored_packs import stored_bytes
from wire.verdicts import HeldBy

__all__ = ["VERSIONS", "TwoSites", "fill", "stored_bytes", "two_sites"]
NEWER = Path(__file__).resolve().parent.parent / ".venv" / "debian-13" / "usr" / "bin"
VERSIONS = {"debian-12": PATH, "debian-13": f"{NEWER}:{PATH}"}
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class TwoSites:
    """What a bench drives. `port`: where the agent believes site B's sshd to be."""

    home: Home
    source: Path
    a: Path
    b: ssh_site.SshSite
    setting: Setting
    task: Task

    @property
    def workplace(self) -> Workplace:
        return self.setting.workplace

    def back_up(self, on_progress: OnProgress = ignore) -> DatasetResult:
        fresh = replace(self.setting, stopper=Stopper())
        return run(fresh, self.task, Course(SystemClock(), on_progress, "share"))


@contextlib.contextmanager
def two_sites(
    folder: Path, version: str, *, port: int | None = None, patience: Patience | None = None
) -> Iterator[TwoSites]:
    home, clock = home_at(folder / "home"), SystemClock()
    served = ssh_site.write(folder / "sshd", folder / "elsewhere" / "repository")
    if port is not None:  # a proxy in front of it: the same host key, another port
        known = served.known_hosts_file.read_text()
        served.known_hosts_file.write_text(known.replace(f":{served.port} ", f":{port} "))
    (folder / "nas").mkdir(parents=True)
    near = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=folder / "nas" / "repository")
    far = Site(
        name="b",
        kind="append_only_ssh",
        held_by=HeldBy.HOSTED,
        user=served.user,
        host=served.host,
        port=port or served.port,
        key_file=served.key_file,
        known_hosts_file=served.known_hosts_file,
    )
    source = folder / "share"
    source.mkdir()
    process = ssh_site.start(served)
    try:
        with (
            open_ledger(home, clock) as ledger,
            contextlib.closing(open_records(home, clock)) as records,
        ):
            notary = Notary(ledger, os.urandom(32), os.urandom, home.state_dir / "companions")
            setting = Setting(
                home,
                records,
                notary,
                replace(workplace_of(home), path=VERSIONS[version]),
                clock,
                "bench",
                Stopper(),
                patience or Patience(),
            )
            dataset = Dataset(name="share", paths=(source,), schedule="0 * * * *", rpo="8h")
            task = Task(dataset, (open_site(near, home), open_site(far, home)))
            yield TwoSites(home, source, folder / "nas" / "repository", served, setting, task)
    finally:
        ssh_site.stop(process)


def fill(folder: Path, megabytes: int, files: int = 5) -> None:
    """What cannot be compressed, in a few large files."""
    for number in range(files):
        with (folder / f"{number}.dat").open("wb") as file:
            for _ in range(megabytes // files):
                file.write(os.urandom(_BLOCK_BYTES))
