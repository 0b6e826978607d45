"""What finding and restoring cost against bare `restic find` and bare `restic restore`.

Many small files in one dataset at one local site, many points with some files changed in each.
Both sides use the same repository, in turns.

    python bench/restore.py [--files 100000] [--points 50] [--back 20000] [--folder DIR]

Figure to reach: a name in all points within a few seconds once learned. Very many tiny files are
the worst case of a restore: each folder's access lists cost one start of restic.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.backup.course import Course
from agent.backup.restore.goal import Wish
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.backup import backup_job
from agent.daemon.work.restore import find_job, learn_job, restore_job, restore_plan
from agent.sites.opening import open_site

Result = TypeVar("Result")
FILE_BYTES = 2048
IN_A_FOLDER = 100
CHANGED = 200  # files of each further point
SOUGHT = "benh an 1242"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--back", type=int, default=20_000, help="files to restore")
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
    try:
        app = configured(folder)
        with contextlib.closing(app):
            live(app, folder / "share", arguments.files, arguments.points)
            measure_find(app, arguments.files)
            measure_restore(app, folder, arguments.back)
    finally:
        shutil.rmtree(folder)


def configured(folder: Path) -> App:
    home = home_at(folder / "home")
    home.config_dir.mkdir(mode=0o700, parents=True)
    (folder / "nas").mkdir()
    home.agent_yaml.write_text(
        "facility: BENCH\n"
        f"datasets: [{{name: share, paths: [{folder}/share], schedule: '0 * * * *', rpo: 8h}}]\n"
        f"sites: [{{name: a, kind: local, path: {folder}/nas/repository, held_by: owned}}]\n"
    )
    return open_app(home)


def live(app: App, share: Path, files: int, points: int) -> None:
    """Fill the share, then back it up again and again with a few files changed."""
    for number in range(files):
        place = share / f"khoa {number // IN_A_FOLDER // 10}" / f"tu {number // IN_A_FOLDER}"
        if number % IN_A_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"bệnh án {number}.txt").write_bytes(os.urandom(32) * (FILE_BYTES // 32))
    every = sorted(share.rglob("*.txt"))
    for point in range(points):
        if point:
            for number in range(CHANGED):
                file = every[(point * 7919 + number * 499) % len(every)]
                file.write_bytes(os.urandom(32) * (FILE_BYTES // 32 + point))
        (result,) = backup_job.run_all(app)
        causes = [site.cause for site in result.sites if site.cause]
        if causes:
            raise SystemExit(f"the backup failed: {causes}")


def measure_find(app: App, files: int) -> None:
    course = Course(app.clock)
    bare_s, _ = timed(lambda: bare(app, "find", "--json", "--ignore-case", "*bệnh án 1242*"))
    unlearned_s, unlearned = timed(lambda: find_job.find(app, find_job.Asked(SOUGHT), course))
    learn_s, learned = timed(lambda: learn_job.learn(app, course))
    ours_s, found = timed(lambda: find_job.find(app, find_job.Asked(SOUGHT), course))
    names = [match.path for match in found.matches]
    if names != [match.path for match in unlearned.matches] or not names:
        raise SystemExit(f"found {names}, unlearned {unlearned.matches}")
    size = app.home.database("names").stat().st_size
    print(
        f"find in {files} files x {found.points} points: bare restic find {bare_s:.2f} s, "
        f"ours not learned {unlearned_s:.2f} s, ours {ours_s:.2f} s "
        f"(ratio {ours_s / bare_s:.2f}); learning {learned} points took {learn_s:.1f} s once, "
        f"{size / 2**20:.1f} MiB; load {os.getloadavg()[0]:.1f}"
    )
    everything_s, found = timed(lambda: find_job.find(app, find_job.Asked("benh"), course))
    print(f"a word that all names hold: {len(found.matches)} matches in {everything_s:.2f} s")


def measure_restore(app: App, folder: Path, files: int) -> None:
    """As many folders as hold about so many files."""
    top = folder / "share" / "khoa 0"
    wanted = folder / "share" if files >= IN_A_FOLDER * 10 * 2 else top
    inner = () if wanted == folder / "share" else ("--include", "/khoa 0")
    bare_s, _ = timed(
        lambda: bare(app, "restore", "latest", "--tag", "lachan-data", "--target",
                     str(folder / "bare"), *inner)
    )  # fmt: skip
    shutil.rmtree(folder / "bare")
    ours_s, outcome = timed(lambda: ours(app, wanted, folder / "ours"))
    print(
        f"restore of {outcome.restored.counted.files} files: bare restic restore {bare_s:.2f} s, "
        f"ours with all comparing {ours_s:.2f} s (ratio {ours_s / bare_s:.2f}); "
        f"proved {outcome.restored.proved}; load {os.getloadavg()[0]:.1f}"
    )


def ours(app: App, wanted: Path, target: Path) -> restore_job.Outcome:
    course = Course(app.clock)
    request = restore_plan.Request(wanted, wish=Wish(target))
    return restore_job.carry_out(app, restore_plan.make(app, request, course), course)


def bare(app: App, *words: str) -> None:
    """The same restic on the same repository and cache, as somebody would type it."""
    repository = open_site(app.config.sites[0], app.home).repository
    subprocess.run(
        ["restic", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(app.home.state_dir),
            "RESTIC_REPOSITORY": repository.address,
            "RESTIC_PASSWORD_FILE": str(repository.password_file),
            "RESTIC_CACHE_DIR": str(app.home.state_dir / "restic" / "cache" / "a"),
        },
    )


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


if __name__ == "__main__":
    main()
