"""How much our backup costs against bare `restic backup` and bare `restic copy`, warm.

Many small files, site A a folder, site B append-only behind a private sshd on loopback; both
sides use the same transports, in turns, and the medians are compared.

    python bench/backup.py [--files 100000] [--rounds 3] [--folder DIR]

Figures to reach: nothing changed <= 1.25, 5 % changed <= 1.4, our own CPU <= 10 % of restic's.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.backup.companion import Notary
from agent.backup.course import Course
from agent.backup.records.records import open_records
from agent.backup.result import DatasetResult
from agent.backup.run import Setting, Task, run
from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Dataset, Site
from agent.files.ledger import open_ledger
from agent.restic.process import Stopper
from agent.sites.append_only_ssh import AppendOnlySshSite, Login
from agent.sites.opening import open_site, workplace_of
from agent.sites.ways.ssh import write_ssh_config
from demo import ssh_site
from wire.verdicts import HeldBy

FILE_BYTES = 2048
IN_A_FOLDER = 100
CHANGED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: wall time, CPU of restic and its helpers, CPU of our own process."""

    wall_s: float
    restic_cpu_s: float
    own_cpu_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
    try:
        measure(folder, arguments.files, arguments.rounds)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, files: int, rounds: int) -> None:
    source = folder / "share"
    fill(source, files)
    with bare(folder, source) as run_bare, ours(folder, source) as run_ours:
        print(f"{files} files of {FILE_BYTES} bytes, {rounds} rounds, medians")
        run_bare()
        run_ours()  # the first fill warms both
        compare("nothing changed", 1.25, rounds, run_bare, run_ours, lambda: None)
        state = {"round": 0}

        def change() -> None:
            state["round"] += 1
            change_some(source, files, state["round"])

        compare("5 % changed", 1.4, rounds, run_bare, run_ours, change)


def compare(
    name: str,
    limit: float,
    rounds: int,
    run_bare: Callable[[], None],
    run_ours: Callable[[], DatasetResult],
    prepare: Callable[[], None],
) -> None:
    theirs: list[Cost] = []
    mine: list[Cost] = []
    for _ in range(rounds):
        prepare()
        theirs.append(cost_of(run_bare))
        prepare()
        mine.append(cost_of(lambda: check(run_ours())))
    bare_s = statistics.median(cost.wall_s for cost in theirs)
    ours_s = statistics.median(cost.wall_s for cost in mine)
    cpu = statistics.median(c.own_cpu_s + c.restic_cpu_s for c in mine) / statistics.median(
        c.own_cpu_s + c.restic_cpu_s for c in theirs
    )
    own = statistics.median(cost.own_cpu_s / cost.restic_cpu_s for cost in mine)
    print(
        f"{name}: bare {bare_s:.2f} s, ours {ours_s:.2f} s, "
        f"ratio {ours_s / bare_s:.2f} (limit {limit}); "
        f"own CPU {own:.1%} of restic's (limit 10 %); all CPU {cpu:.2f} x bare; "
        f"load {os.getloadavg()[0]:.1f}"
    )


def check(result: DatasetResult) -> None:
    causes = {site.name: site.cause for site in result.sites if site.cause}
    if causes:
        raise SystemExit(f"the run failed: {causes}")
    print("   ", " ".join(f"{name} {seconds:.2f}" for name, seconds in result.phases.items()))


def cost_of(work: Callable[[], object]) -> Cost:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, own = time.monotonic(), time.process_time()
    work()
    wall, own = time.monotonic() - began, time.process_time() - own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = (after.ru_utime + after.ru_stime) - (children.ru_utime + children.ru_stime)
    return Cost(wall, used, own)


def fill(source: Path, files: int) -> None:
    for number in range(files):
        place = source / f"{number // IN_A_FOLDER:05d}"
        if number % IN_A_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"{number:06d}.dat").write_bytes(os.urandom(FILE_BYTES))


def change_some(source: Path, files: int, start: int) -> None:
    step = round(1 / CHANGED_SHARE)
    for number in range(start % step, files, step):
        place = source / f"{number // IN_A_FOLDER:05d}" / f"{number:06d}.dat"
        place.write_bytes(os.urandom(FILE_BYTES))


@contextlib.contextmanager
def second_site(folder: Path) -> Iterator[ssh_site.SshSite]:
    site = ssh_site.write(folder / "sshd", folder / "elsewhere" / "repository")
    process = ssh_site.start(site)
    try:
        yield site
    finally:
        ssh_site.stop(process)


@contextlib.contextmanager
def bare(folder: Path, source: Path) -> Iterator[Callable[[], None]]:
    """What an administrator without us would run: backup, then copy by id."""
    with second_site(folder / "bare") as served:
        password = folder / "bare" / "password"
        password.write_text("bench\n")
        login = Login(
            served.user, served.host, served.port, served.key_file, served.known_hosts_file
        )
        door = AppendOnlySshSite("b", HeldBy.HOSTED, login, password, folder / "bare" / "ssh")
        write_ssh_config(door.ssh_folder, door.name, door.login)
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RESTIC_PASSWORD_FILE": str(password),
            "RESTIC_FROM_PASSWORD_FILE": str(password),
            "RESTIC_CACHE_DIR": str(folder / "bare" / "cache"),
        }
        near, far = str(folder / "bare" / "a"), door.repository.address
        options = [
            word
            for option in door.repository.options
            for word in ("-o", '"' + option.replace('"', '""') + '"')
        ]

        def restic(*words: str) -> str:
            return subprocess.run(
                ["restic", *options, *words],
                env=variables,
                cwd=source,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        def work() -> None:
            summary = restic("-r", near, "backup", "--json", ".").splitlines()[-1]
            restic("-r", far, "copy", "--from-repo", near, json.loads(summary)["snapshot_id"])

        restic("-r", near, "init")
        restic("-r", far, "init", "--from-repo", near, "--copy-chunker-params")
        yield work


@contextlib.contextmanager
def ours(folder: Path, source: Path) -> Iterator[Callable[[], DatasetResult]]:
    home, clock = home_at(folder / "home"), SystemClock()
    near = Site(name="a", kind="local", held_by=HeldBy.OWNED, path=folder / "nas")
    with (
        second_site(folder / "ours") as served,
        open_ledger(home, clock) as ledger,
        contextlib.closing(open_records(home, clock)) as records,
    ):
        far = Site(
            name="b",
            kind="append_only_ssh",
            held_by=HeldBy.HOSTED,
            user=served.user,
            host=served.host,
            port=served.port,
            key_file=served.key_file,
            known_hosts_file=served.known_hosts_file,
        )
        notary = Notary(ledger, os.urandom(32), os.urandom, home.state_dir / "companions")
        setting = Setting(home, records, notary, workplace_of(home), clock, "bench", Stopper())
        dataset = Dataset(name="share", paths=(source,), schedule="0 * * * *", rpo="8h")
        task = Task(dataset, (open_site(near, home), open_site(far, home)))

        def work() -> DatasetResult:
            fresh = replace(setting, stopper=Stopper())
            return run(fresh, task, Course(clock))

        yield work


if __name__ == "__main__":
    main()
