"""Half an hour of live watching at 100 changes a second: nothing lost, memory that does not grow.

    python bench/live_soak.py [--minutes 30] [--per-second 100] [--folder DIR]

Files come, grow, are renamed and go, so that about 3,000 are there at a time. After it the ledger
and the stored events are compared with the disk. Memory is compared from the end of the first
third on: until then caches fill, and so does what judges attacks, which remembers the newest 20,000
files that came. A small run: --minutes 0.3; its memory still grows.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from bench import live_ground, live_told

GROWTH_LIMIT = 0.05
_ALIVE = 3_000
_WARM_SHARE = 1 / 3
_LOOK_S = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--per-second", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=given.folder))
    try:
        bad = soak(work, given.minutes * 60, given.per_second)
    finally:
        shutil.rmtree(work)
    raise SystemExit(1 if bad else 0)


def soak(work: Path, seconds: float, per_second: int) -> bool:
    share = work / "share"
    share.mkdir()
    home = live_ground.make_home(work / "home", share)
    with live_ground.watcher(home) as process:
        before = process.cpu_times()
        memory, changes = run(process, share, seconds, per_second)
        used = process.cpu_times()
        left = live_told.settled(home, share)
    lost, untold = live_told.lost_states(home, share), live_told.untold(home, share)
    warm_s = seconds * _WARM_SHARE
    begin = next(size for at_s, size in memory if at_s >= warm_s)
    growth = memory[-1][1] / begin - 1
    cpu = (used.user + used.system - before.user - before.system) / seconds
    print(
        f"{changes} changes in {seconds / 60:.1f} minutes: {lost} lost final states in the ledger,"
    )
    print(f"  {untold} in the stored events; settled {left:.1f} s after the last one")
    end = memory[-1][1]
    print(f"  memory {begin / 1e6:.1f} MB after {warm_s:.0f} s, {end / 1e6:.1f} MB at the end:")
    print(f"  {growth * 100:+.1f} %, {growth / GROWTH_LIMIT:.2f} x the limit of growth;")
    print(f"  {cpu * 100:.0f} % of one core")
    return bool(lost or untold or growth > GROWTH_LIMIT)


def run(
    process: psutil.Process, share: Path, seconds: float, per_second: int
) -> tuple[list[tuple[float, int]], int]:
    """Make the changes; the memory from time to time."""
    dice = random.Random(1)  # noqa: S311 - what happens next, no secret
    alive: list[Path] = []
    memory: list[tuple[float, int]] = []
    begun, step = time.monotonic(), 0
    while (now_s := time.monotonic() - begun) < seconds:
        if not memory or now_s - memory[-1][0] >= _LOOK_S:
            memory.append((now_s, process.memory_info().rss))
        while step < now_s * per_second:
            if len(alive) > _ALIVE:
                alive.pop(dice.randrange(len(alive))).unlink()
            else:
                live_ground.operate(share, step, alive, dice)
            step += 1
        time.sleep(1 / per_second)
    memory.append((seconds, process.memory_info().rss))
    return memory, step


if __name__ == "__main__":
    main()
