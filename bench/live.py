"""Live watching: ready time and memory against inotify, nothing lost, delay to controller, idle.

    python bench/live.py [--folders 100000] [--operations 20000] [--seconds 20] [--changes 2000]
                         [--files 100000] [--idle 30] [--folder DIR]

As root, since a whole filesystem can be heard only so. A small run: --folders 3000 --operations
1000 --seconds 2 --changes 300 --files 2000 --idle 5.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from bench import live_first, live_ground, live_province, live_told

READY_LIMIT_S, MEMORY_LIMIT = 1.0, 5e6
P95_LIMIT_S, IDLE_LIMIT = 1.0, 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (
        ("folders", 100_000),
        ("operations", 20_000),
        ("seconds", 20),
        ("changes", 2_000),
        ("files", 100_000),
        ("idle", 30),
    ):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=given.folder))
    try:
        ready(work, given.folders)
        burst(work, given.operations, given.seconds)
        idle(work, given.files, given.idle)
        live_province.measure(work / "province", given.changes, P95_LIMIT_S)
    finally:
        shutil.rmtree(work)


def ready(work: Path, folders: int) -> None:
    share = work / "folders"
    live_ground.make_folders(share, folders)
    print(f"a tree of {folders} folders, each ten in one; best of three")
    measured = {}
    for name in ("fanotify", "inotify", "watchdog"):
        turns = [turn for _ in range(3) if (turn := one_way(name, share)) is not None]
        if not turns:
            print(f"  {name}: could not be measured here")
            continue
        seconds, extra = min(one[0] for one in turns), min(one[1] for one in turns)
        measured[name] = seconds
        print(f"  {name}: ready in {seconds:.3f} s, {extra / 1e6:.1f} MB more")
    if "fanotify" in measured and "inotify" in measured:
        ratio = measured["fanotify"] / measured["inotify"]
        print(f"  fanotify is ready in {ratio:.4f} x the time of inotify")
    home = live_ground.make_home(work / "home-folders", share)
    live_first.measure(home, share, READY_LIMIT_S)
    begun = time.monotonic()
    with live_ground.watcher(home) as process:
        whole_s = time.monotonic() - begun
        rss = process.memory_info().rss / 1e6
    print(f"  it has looked at everything after {whole_s:.1f} s; {rss:.1f} MB in all")
    empty = work / "empty"
    empty.mkdir()
    with live_ground.watcher(live_ground.make_home(work / "home-empty", empty)) as process:
        more = rss - process.memory_info().rss / 1e6
    share_of_limit = more * 1e6 / MEMORY_LIMIT
    print(f"  {more:.1f} MB more than on an empty tree, {share_of_limit:.2f} x the limit")
    shutil.rmtree(share)


def one_way(name: str, share: Path) -> tuple[float, int] | None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.live_ways", name, str(share)],
        capture_output=True,
        text=True,
        check=False,
        cwd=live_ground.ROOT,
    )
    if done.returncode:
        print("  ", done.stderr.strip().splitlines()[-1:])
        return None
    seconds, extra = done.stdout.split()
    return float(seconds), int(extra)


def burst(work: Path, number: int, seconds: int) -> None:
    share = work / "burst"
    share.mkdir()
    home = live_ground.make_home(work / "home-burst", share)
    with live_ground.watcher(home) as process:
        before = process.cpu_times()
        begun = time.monotonic()
        live_ground.operations(share, number, seconds, random.Random(1))  # noqa: S311
        took = time.monotonic() - begun
        used = process.cpu_times()
        left = live_told.settled(home, share)
        rss = process.memory_info().rss / 1e6
    lost = live_told.lost_states(home, share)
    untold = live_told.untold(home, share)
    cpu = (used.user + used.system - before.user - before.system) / took
    print(f"{number} operations in {took:.1f} s: {lost} lost final states in the ledger,")
    print(f"  {untold} in the stored events; settled {left:.1f} s after the last one;")
    print(f"  {cpu * 100:.0f} % of one core, {rss:.1f} MB")


def idle(work: Path, files: int, seconds: int) -> None:
    share = work / "files"
    live_ground.make_files(share, files)
    home = live_ground.make_home(work / "home-idle", share)
    with live_ground.watcher(home) as process:
        time.sleep(3)
        share_of_core = used_share(process, seconds)
        rss = process.memory_info().rss / 1e6
    print(
        f"idle over {files} files: {share_of_core * 100:.2f} % of one core,"
        f" {share_of_core / IDLE_LIMIT:.2f} x the limit; {rss:.1f} MB"
    )
    shutil.rmtree(share)


def used_share(process: psutil.Process, seconds: int) -> float:
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / seconds


if __name__ == "__main__":
    main()
