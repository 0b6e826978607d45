"""What the ledger, a baseline and a scan cost against `find`, `xargs` and `sha256sum`, warm.

The corpus is made here: a deep tree with Vietnamese names. Peers and we take turns in one run, and
the best of the rounds is compared: the machine may be busy with other things.

    python bench/baseline.py [--files 100000] [--mean-bytes 12500] [--rounds 3] [--folder DIR]

Figures to reach: first fill <= 1.0 x `find | xargs -P2 sha256sum`, metadata pass <= 4 x
`find -printf`, peak memory <= 80 MB at 100,000 files.
"""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Watched
from agent.files.ledger import open_ledger
from agent.integrity.look import Looking, scan
from agent.integrity.store import open_store

WORDS = (
    "bệnh án",
    "nội trú",
    "khoa sản",
    "hồ sơ",
    "phòng khám",
    "hình ảnh",
    "viện phí",
    "kế hoạch",
)
FILES_IN_A_FOLDER = 20
DEEPEST = 12
LARGEST = 1 << 20
KEY = bytes(32)
P = ParamSpec("P")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--mean-bytes", type=int, default=12_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=given.folder))
    try:
        corpus = work / "corpus"
        print(describe(make_corpus(corpus, given.files, given.mean_bytes)))
        measure(corpus, work, given.rounds)
    finally:
        shutil.rmtree(work)


def measure(corpus: Path, work: Path, rounds: int) -> None:
    sha256sum, find, fill, again, baseline, scanned = (list[float]() for _ in range(6))
    for number in range(rounds):
        home = home_at(work / f"home-{number}")
        sha256sum.append(timed(run_sha256sum, corpus))
        fill.append(timed(refresh, home, corpus))
        find.append(timed(run_find, corpus))
        again.append(timed(refresh, home, corpus))
        baseline.append(timed(make_baseline, home, corpus))
        scanned.append(timed(compare, home, corpus))
    print(f"find | xargs -P2 sha256sum      {min(sha256sum):6.2f} s")
    print(f"find -printf                    {min(find):6.2f} s")
    report("first fill of the ledger", min(fill), "sha256sum", min(sha256sum), "<= 1.0")
    both = min(fill) + min(baseline)
    report("fill and baseline", both, "sha256sum", min(sha256sum), "")
    report("metadata pass", min(again), "find -printf", min(find), "<= 4")
    report("scan, nothing changed", min(scanned), "find -printf", min(find), "")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory                     {own:6.0f} MiB, largest child {workers:.0f} MiB")


def report(what: str, ours_s: float, peer: str, peer_s: float, goal: str) -> None:
    goal = f"  (goal {goal})" if goal else ""
    print(f"{what:31} {ours_s:6.2f} s  = {ours_s / peer_s:.2f} x {peer}{goal}")


def timed(work: Callable[P, object], *arguments: P.args, **named: P.kwargs) -> float:
    started = time.perf_counter()
    work(*arguments, **named)
    return time.perf_counter() - started


def run_sha256sum(corpus: Path) -> None:
    listing = subprocess.Popen(["find", corpus, "-type", "f", "-print0"], stdout=subprocess.PIPE)
    subprocess.run(
        ["xargs", "-0", "-P2", "-n", "500", "sha256sum"],
        stdin=listing.stdout,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    listing.communicate()


def run_find(corpus: Path) -> None:
    shown = "%p %s %m %U %G %T@ %C@ %i %n\n"
    subprocess.run(["find", corpus, "-printf", shown], stdout=subprocess.DEVNULL, check=True)


def refresh(home: Home, corpus: Path) -> None:
    with open_ledger(home, SystemClock()) as ledger:
        ledger.refresh(corpus)


def make_baseline(home: Home, corpus: Path) -> None:
    """Without the walk: what storing and sealing adds to it."""
    clock = SystemClock()
    with open_ledger(home, clock) as ledger, open_store(home, KEY, clock) as store:
        records = ledger.entries(corpus)
        store.approve(store.write(os.fsencode(corpus), records, clock.now()))


def compare(home: Home, corpus: Path) -> None:
    clock = SystemClock()
    with open_ledger(home, clock) as ledger, open_store(home, KEY, clock) as store:
        found = scan(Looking(ledger, store, clock.now), Watched(corpus), None)
    if found.gap or found.findings.changes:
        sys.exit(f"the corpus changed under us: {found.gap} {found.findings.counts}")


def make_corpus(root: Path, files: int, mean_bytes: int) -> tuple[int, int, int]:
    """Return folders, files, bytes."""
    chance = random.Random(7)  # noqa: S311 - the same corpus each time
    noise = os.urandom(2 * LARGEST)
    folders = make_folders(root, max(1, files // FILES_IN_A_FOLDER), chance)
    total = 0
    for number in range(files):
        size = min(int(chance.expovariate(1 / mean_bytes)), LARGEST)
        start = number * 977 % LARGEST
        name = f"{' '.join(chance.sample(WORDS, 2))} {number}.docx"
        (folders[number % len(folders)] / name).write_bytes(noise[start : start + size])
        total += size
    return len(folders), files, total


def make_folders(root: Path, count: int, chance: random.Random) -> list[Path]:
    root.mkdir(parents=True)
    folders, open_ones = [root], [(root, 0)]
    while len(folders) < count:
        parent, depth = chance.choice(open_ones[-400:])
        folder = parent / f"{' '.join(chance.sample(WORDS, 2))} {len(folders)}"
        folder.mkdir()
        folders.append(folder)
        if depth + 1 < DEEPEST:
            open_ones.append((folder, depth + 1))
    return folders


def describe(corpus: tuple[int, int, int]) -> str:
    folders, files, total = corpus
    return f"corpus: {files} files, {total / 1e9:.2f} GB, {folders} folders, Vietnamese names, warm"


if __name__ == "__main__":
    main()
