"""Half an hour of live watching at 100 changes a second: nothing lost, memory that does not grow.

    python bench/live_soak.py [--minutes 30] [--per-second 100] [--folder DIR]

Files come, grow, are renamed and go, so that about 3,000 are there at a time. After it the ledger
and the stored events are compared with the disk. Memory is compared from the end of the first
third on: until then caches fill, and so does what judges attacks, which remembers some thousand
files that came. What grew since is said by its kind: the heap holds SQLite's pages and whatever is
longer than 512 bytes, anonymous memory all other objects, files what is mapped. A small run:
--minutes 0.3; its memory still grows.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from bench import live_ground, live_told

GROWTH_LIMIT = 0.05
_ALIVE = 3_000
_WARM_SHARE = 1 / 3
_LOOK_S = 5.0
_HEAP, _ANONYMOUS, _FILES = "heap", "anonymous", "files"


@dataclass(frozen=True)
class Memory:
    """What the process has in memory at a moment, and of what kind."""

    at_s: float
    size: int
    kinds: dict[str, int]


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
    begin, end = next(one for one in memory if one.at_s >= warm_s), memory[-1]
    growth = end.size / begin.size - 1
    cpu = (used.user + used.system - before.user - before.system) / seconds
    print(
        f"{changes} changes in {seconds / 60:.1f} minutes: {lost} lost final states in the ledger,"
    )
    print(f"  {untold} in the stored events; settled {left:.1f} s after the last one")
    print(f"  memory {begin.size / 1e6:.1f} MB after {warm_s:.0f} s, {end.size / 1e6:.1f} MB at")
    print(f"  the end: {growth * 100:+.1f} %, {growth / GROWTH_LIMIT:.2f} x the limit of growth:")
    grown = (f"{kind} {(end.kinds[kind] - begin.kinds[kind]) / 1e6:+.1f} MB" for kind in end.kinds)
    print(f"  {', '.join(grown)};")
    print(f"  {cpu * 100:.0f} % of one core")
    return bool(lost or untold or growth > GROWTH_LIMIT)


def run(
    process: psutil.Process, share: Path, seconds: float, per_second: int
) -> tuple[list[Memory], int]:
    """Make the changes; the memory from time to time."""
    dice = random.Random(1)  # noqa: S311 - what happens next, no secret
    alive: list[Path] = []
    memory: list[Memory] = []
    begun, step = time.monotonic(), 0
    while (now_s := time.monotonic() - begun) < seconds:
        if not memory or now_s - memory[-1].at_s >= _LOOK_S:
            memory.append(memory_of(process, now_s))
        while step < now_s * per_second:
            if len(alive) > _ALIVE:
                alive.pop(dice.randrange(len(alive))).unlink()
            else:
                live_ground.operate(share, step, alive, dice)
            step += 1
        time.sleep(1 / per_second)
    memory.append(memory_of(process, seconds))
    return memory, step


def memory_of(process: psutil.Process, at_s: float) -> Memory:
    """By the kinds of what is mapped."""
    kinds = dict.fromkeys((_HEAP, _ANONYMOUS, _FILES), 0)
    for part in process.memory_maps(grouped=True):
        kind = {"[heap]": _HEAP, "[anon]": _ANONYMOUS}.get(part.path, _FILES)
        kinds[kind] += part.rss
    return Memory(at_s, process.memory_info().rss, kinds)


if __name__ == "__main__":
    main()
