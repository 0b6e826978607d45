"""What ledger, baseline and scan cost against sha256sum, openssl, find, cat and AIDE.

The corpora are made here; all figures name theirs, since AIDE's cost depends sixfold on the shape
of the tree. Peers and we take turns in one run, and the best of the rounds is compared: the
machine may be busy with other things. Without the right to empty the caches (root) the cold
figure is left out, and said to be so; AIDE is not needed for anything else.

    python bench/baseline.py [--files 100000] [--mean-bytes 12500] [--mixed-bytes 4000000000]
                             [--rounds 3] [--folder DIR]

A small run: --files 3000 --mixed-bytes 50000000 --rounds 1. A million files: --files 1000000
--mean-bytes 100 --mixed-bytes 0 --rounds 1.
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ParamSpec

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import Watched
from agent.files.ledger import open_ledger
from agent.integrity.look import Looking, scan
from agent.integrity.store import open_store
from bench import baseline_corpus, baseline_peers

KEY = bytes(32)
MEMORY_MIB = ((100_000, 80), (1_000_000, 150))
LOOK_AT_MEMORY_S = 0.02
AIDE_CHECKED = 10_000
P = ParamSpec("P")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--mean-bytes", type=int, default=12_500)
    parser.add_argument("--mixed-bytes", type=int, default=4_000_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=given.folder))
    try:
        run(work, given)
    finally:
        shutil.rmtree(work)


def run(work: Path, given: argparse.Namespace) -> None:
    corpus = work / "deep"
    print(f"deep: {baseline_corpus.deep(corpus, given.files, given.mean_bytes)}, warm")
    plain(work, corpus, given.rounds)
    memory(work, corpus, given.files)
    print(f"deep, {baseline_corpus.give_attributes(corpus)}, warm")
    attributed(work, corpus, given.rounds)
    aide(work, corpus)
    cold(work, corpus)
    shutil.rmtree(corpus)
    aide_check(work, min(given.files, AIDE_CHECKED))
    if given.mixed_bytes:
        corpus = work / "mixed"
        print(f"mixed: {baseline_corpus.mixed(corpus, given.mixed_bytes)}, warm")
        mixed(work, corpus, given.rounds)


def plain(work: Path, corpus: Path, rounds: int) -> None:
    sums, finds, fills, writes, passes, verified, scans = (list[float]() for _ in range(7))
    for _ in range(rounds):
        home = new_home(work)
        sums.append(timed(baseline_peers.sha256sum, corpus))
        fills.append(timed(refresh, home, corpus))
        writes.append(timed(make_baseline, home, corpus))
        finds.append(timed(baseline_peers.find, corpus))
        passes.append(timed(refresh, home, corpus))
        scans.append(timed(compare, home, corpus))
        verified.append(timed(read_again, home, corpus))
    peer, seen = ("find | xargs -P2 sha256sum", min(sums)), ("find -printf", min(finds))
    tell("ledger filled, plain attributes", min(fills), peer, 0.8)
    tell("ledger and baseline stored", min(fills) + min(writes), peer, 1.0)
    tell("all content read again", min(verified), peer, 0.8)
    tell("metadata pass", min(passes), seen, 4.0)
    tell("scan against the baseline", min(scans), seen, None)


def attributed(work: Path, corpus: Path, rounds: int) -> None:
    sums, fills, writes = (list[float]() for _ in range(3))
    for _ in range(rounds):
        home = new_home(work)
        sums.append(timed(baseline_peers.sha256sum, corpus))
        fills.append(timed(refresh, home, corpus))
        writes.append(timed(make_baseline, home, corpus))
    peer = ("find | xargs -P2 sha256sum", min(sums))
    tell("ledger filled, all attributes", min(fills), peer, 1.0)
    tell("ledger and baseline stored", min(fills) + min(writes), peer, None)


def mixed(work: Path, corpus: Path, rounds: int) -> None:
    peers, fills = list[float](), list[float]()
    for _ in range(rounds):
        peers.append(timed(baseline_peers.openssl, corpus))
        fills.append(timed(refresh, new_home(work), corpus))
    peer = ("xargs -P2 openssl dgst -sha256", min(peers))
    tell("ledger filled", min(fills), peer, 1.1)


def cold(work: Path, corpus: Path) -> None:
    """Best of two turns each, since a disk behind a cache of its own is faster the second time."""
    reads, fills = list[float](), list[float]()
    for _ in range(2):
        if not baseline_peers.cold():
            print("cold: not measured, the caches may not be emptied here")
            return
        reads.append(timed(baseline_peers.cat, corpus))
        baseline_peers.cold()
        fills.append(timed(refresh, new_home(work), corpus))
    print("deep, cold")
    tell("ledger filled", min(fills), ("find | xargs cat", min(reads)), 1.2)


def aide(work: Path, corpus: Path) -> None:
    """AIDE's own databases are of the same attributes; its check is of metadata alone."""
    if not baseline_peers.has_aide():
        print(f"AIDE is not here: {baseline_peers.AIDE_PACKAGE}")
        return
    home = new_home(work)
    fill = timed(refresh, home, corpus) + timed(make_baseline, home, corpus)
    init = timed(baseline_peers.aide_init, corpus, work / "aide", "sha256")
    tell("ledger and baseline stored", fill, ("aide --init, sha256", init), 1 / 3)


def aide_check(work: Path, files: int) -> None:
    """On fewer files: in deep folders a check takes AIDE a millisecond for each."""
    if not baseline_peers.has_aide():
        return
    corpus, home = work / "fewer", new_home(work)
    print(f"deep: {baseline_corpus.deep(corpus, files, 1_000)}, warm")
    refresh(home, corpus)
    baseline_peers.aide_init(corpus, work / "aide", "metadata")
    peer = ("aide --check, metadata alone", timed(baseline_peers.aide_check, work / "aide"))
    tell("metadata pass", timed(refresh, home, corpus), peer, 0.15)
    shutil.rmtree(corpus)


def memory(work: Path, corpus: Path, files: int) -> None:
    limit = next((most for count, most in MEMORY_MIB if files <= count), None)
    for what, job in (("first fill", refresh), ("metadata pass", refresh), ("scan", compare)):
        if what == "first fill":
            home = new_home(work)
        elif what == "scan":
            make_baseline(home, corpus)
        peak = peak_mib(job, home, corpus)
        goal = f"  (goal <= {limit}: {'yes' if peak <= limit else 'NO'})" if limit else ""
        print(f"  {what + ', memory of all processes':34} {peak:6.0f} MiB{goal}")


def peak_mib(job: Callable[[Home, Path], None], home: Home, corpus: Path) -> float:
    """The largest sum of the resident memory of a new process and its children."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=job, args=(home, corpus))
    process.start()
    most, found = 0, psutil.Process(process.pid)
    while process.is_alive():
        try:
            everyone = [found, *found.children()]
            most = max(most, sum(one.memory_info().rss for one in everyone))
        except psutil.NoSuchProcess:
            continue
        process.join(LOOK_AT_MEMORY_S)
    if process.exitcode:
        sys.exit(f"{job.__name__} ended with {process.exitcode}")
    return most / (1 << 20)


def tell(what: str, ours_s: float, peer: tuple[str, float], most: float | None) -> None:
    ratio = ours_s / peer[1]
    goal = "" if most is None else f"  (goal <= {most:.2f}: {'yes' if ratio <= most else 'NO'})"
    print(f"  {what:34} {ours_s:6.2f} s = {ratio:.2f} x {peer[0]} ({peer[1]:.2f} s){goal}")


def timed(work: Callable[P, object], *arguments: P.args, **named: P.kwargs) -> float:
    started = time.perf_counter()
    work(*arguments, **named)
    return time.perf_counter() - started


def new_home(work: Path) -> Home:
    return home_at(Path(tempfile.mkdtemp(prefix="home-", dir=work)))


def refresh(home: Home, corpus: Path) -> None:
    with open_ledger(home, SystemClock()) as ledger:
        ledger.watch([corpus])
        ledger.refresh(corpus)


def read_again(home: Home, corpus: Path) -> None:
    with open_ledger(home, SystemClock()) as ledger:
        read = ledger.refresh(corpus, reread_within=timedelta(0))
    if read.hashed != read.files:
        sys.exit(f"only {read.hashed} of {read.files} files were read again")


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


if __name__ == "__main__":
    main()
