"""How long a full drill (D1) takes against bare `restic restore --verify` of the same data.

Site B is append-only behind a private sshd on loopback; both sides restore the same snapshot over
it, in turns; medians and best times are compared (on a busy machine the best times say more). The
bare side keeps its cache warm; a drill never has one.

    python bench/drill.py [--files 20000] [--mebibytes 1024] [--rounds 3] [--folder DIR]

Figure to reach: <= 1.25, from the order to the verdict.
"""

import argparse
import contextlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.backup.records.records import open_records
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work import drill_job
from agent.daemon.work.backup import backup_job
from agent.restic.environment import option_arguments
from agent.sites.opening import open_site
from demo import ssh_site
from demo.ssh_site import SshSite

LIMIT = 1.25
IN_A_FOLDER = 100
DATASET = "share"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
    try:
        fill(folder / "share", arguments.files, arguments.mebibytes)
        with facility(folder) as app:
            backup_job.run_all(app)
            print(f"{arguments.files} files, {arguments.mebibytes} MiB")
            measure(app, folder, arguments.rounds)
    finally:
        shutil.rmtree(folder)


def measure(app: App, folder: Path, rounds: int) -> None:
    bare = bare_restore(app, folder)
    bare()  # fills its cache
    theirs: list[float] = []
    ours: list[float] = []
    tidy: list[float] = []
    for _ in range(rounds):
        theirs.append(bare())
        journal = drill_job.run(app, drill_job.Request("D1", "b", DATASET))
        if journal.verdict != "PASSED":
            raise SystemExit(f"the drill did not pass: {journal.cause}")
        print("   ", " ".join(f"{name} {took:.2f}" for name, took in journal.phases.items()))
        tidy.append(journal.phases["clean_up"])
        ours.append((journal.ended_at - journal.started_at).total_seconds() - tidy[-1])
    for name, chosen in (("median", statistics.median), ("best", min)):
        bare_s, ours_s, tidy_s = chosen(theirs), chosen(ours), chosen(tidy)
        print(
            f"{name}: restore --verify {bare_s:.2f} s, D1 {ours_s:.2f} s, "
            f"ratio {ours_s / bare_s:.2f} (limit {LIMIT}); "
            f"with cleaning up ({tidy_s:.2f} s) {(ours_s + tidy_s) / bare_s:.2f}"
        )


def bare_restore(app: App, folder: Path) -> Callable[[], float]:
    """What an administrator without us would run; only restic itself is timed."""
    repository = open_site(app.config.sites[1], app.home).repository
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        point = records.newest_point(DATASET, "b")
    if point is None:
        raise SystemExit("the backup did not reach site b")
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "RESTIC_PASSWORD_FILE": str(repository.password_file),
        "RESTIC_REPOSITORY": repository.address,
        "RESTIC_CACHE_DIR": str(folder / "bare-cache"),
    }
    target = folder / "restored"
    words = ("restore", "--verify", point.snapshot, "--target", str(target))
    command = ["restic", *option_arguments(repository), *words]

    def restore() -> float:
        began = time.monotonic()
        subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - began
        shutil.rmtree(target)
        return took

    return restore


def fill(share: Path, files: int, mebibytes: int) -> None:
    """Sizes as of documents: many small, few large; contents that do not compress."""
    lots = random.Random(1)  # noqa: S311 - sizes only
    weights = [lots.lognormvariate(0, 1.5) for _ in range(files)]
    unit = (mebibytes << 20) / sum(weights)
    for number, weight in enumerate(weights):
        place = share / f"{number // IN_A_FOLDER:05d}"
        if number % IN_A_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"{number:06d}.dat").write_bytes(os.urandom(int(weight * unit)))


@contextlib.contextmanager
def facility(folder: Path) -> Iterator[App]:
    served = ssh_site.write(folder / "sshd", folder / "elsewhere" / "repository")
    process = ssh_site.start(served)
    try:
        (folder / "nas").mkdir()
        (folder / "home").mkdir(mode=0o700)
        (folder / "home" / "agent.yaml").write_text(yaml.safe_dump(configuration(folder, served)))
        app = open_app(home_at(folder / "home"))
        try:
            yield app
        finally:
            app.close()
    finally:
        ssh_site.stop(process)


def configuration(folder: Path, served: SshSite) -> dict[str, object]:
    dataset = {
        "name": DATASET,
        "paths": [str(folder / "share")],
        "schedule": "0 * * * *",
        "rpo": "8h",
    }
    near = {"name": "a", "kind": "local", "held_by": "owned", "path": str(folder / "nas" / "a")}
    far = {
        "name": "b",
        "kind": "append_only_ssh",
        "held_by": "hosted",
        "user": served.user,
        "host": served.host,
        "port": served.port,
        "key_file": str(served.key_file),
        "known_hosts_file": str(served.known_hosts_file),
    }
    return {"facility": "BENCH", "datasets": [dataset], "sites": [near, far]}


if __name__ == "__main__":
    main()
