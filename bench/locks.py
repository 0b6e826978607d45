"""How soon a run gets past dead locks, in real time, at site A and at append-only site B.

1. Our own: a `check` of ours, which wants to be alone, is killed.
2. A foreign one: a restic that is in no journal of ours is killed, and we want to be alone. All
   that time a living one, in no journal either, holds a lock of its own and renews it. Host name
   and clock say nothing: all of them run here.

    python bench/locks.py [--version debian-12]

Figures to reach: own <= 5 s, foreign <= 12 min, no living lock removed.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.restic import locks
from agent.restic.door import Job, Restic
from agent.restic.environment import environment, option_arguments
from agent.restic.errors import ResticError
from bench.two_sites import VERSIONS, TwoSites, fill, two_sites

OWN_LIMIT_S, FOREIGN_LIMIT_S = 5.0, 720.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", choices=tuple(VERSIONS), default="debian-12")
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
    try:
        with two_sites(folder, arguments.version) as sites:
            good = measure(sites)
    finally:
        shutil.rmtree(folder)
    raise SystemExit(0 if good else 1)


def measure(sites: TwoSites) -> bool:
    fill(sites.source, 5)
    sites.back_up()
    sites.back_up()
    restics = [sites.setting.restic(site) for site in sites.task.sites]
    places = (sites.a / "locks", sites.b.repository / "locks")
    mine = [own(restic, place) for restic, place in zip(restics, places, strict=True)]
    with ThreadPoolExecutor(2) as pool:  # eleven minutes each: both at once
        return all(pool.map(foreign, restics, places)) and all(mine)


def own(restic: Restic, place: Path) -> bool:
    """Killed while it is alone there, as by the kernel when memory runs out."""
    try:
        with restic.started(Job(("check", "--read-data"))) as talk:
            await_locks(place, 1)
            os.kill(talk.pid, signal.SIGSTOP)  # it would be done too soon
            time.sleep(3.0)  # by then its lock was seen, far away too
            os.kill(talk.pid, signal.SIGKILL)
            talk.output.read()
    except ResticError as error:
        print(f"{restic.site}: a check of ours was killed ({error.cause})")
    left = len(list(place.iterdir()))
    began = time.monotonic()
    held = locks.clear(restic, exclusive=True)
    took = time.monotonic() - began
    good = left == 1 and not held and took <= OWN_LIMIT_S and not list(place.iterdir())
    print(f"{restic.site}: own lock gone in {took:.1f} s (limit {OWN_LIMIT_S:.0f} s); {good}")
    return good


def foreign(restic: Restic, place: Path) -> bool:
    """Two backups wait for their input and hold a lock each; one is killed."""
    dead = bare(restic, "backup", "--stdin", stdin=subprocess.PIPE)
    alive = bare(restic, "backup", "--stdin", stdin=subprocess.PIPE)
    await_locks(place, 2)
    dead.kill()
    dead.wait()
    try:
        return past_dead_one(restic, dead, alive)
    finally:
        alive.kill()
        alive.wait()


def past_dead_one(
    restic: Restic, dead: subprocess.Popen[bytes], alive: subprocess.Popen[bytes]
) -> bool:
    began, looks = time.monotonic(), 0
    stands, lives, ids = True, True, set[str]()
    while stands and lives and time.monotonic() - began < FOREIGN_LIMIT_S:
        time.sleep(restic.patience.look_every_s)
        held = {lock.pid: lock.id for lock in locks.clear(restic, exclusive=True)}
        looks += 1
        stands, lives = dead.pid in held, alive.pid in held and alive.poll() is None
        ids.add(held.get(alive.pid, ""))
    took, renewals = time.monotonic() - began, len(ids) - 1
    good = not stands and lives and took <= FOREIGN_LIMIT_S and renewals > 0
    print(
        f"{restic.site}: foreign lock gone in {took / 60:.1f} min (limit 12 min), {looks} looks; "
        f"the living one, renewed {renewals} times, stands: {lives}; {good}",
        flush=True,
    )
    return good


def bare(restic: Restic, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """A restic that nobody here has started: in the name of no agent."""
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        ["restic", *option_arguments(restic.repository), *words],
        env=dict(environment(restic.workplace, restic.repository)),
        stdin=stdin,
        stdout=silent,
        stderr=silent,
    )


def await_locks(place: Path, number: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(place.glob("[0-9a-f]" * 64))) < number:
        if time.monotonic() > deadline:
            raise SystemExit("no lock came")
        time.sleep(0.005)


if __name__ == "__main__":
    main()
