"""How soon a run gets past dead locks, in real time, at site A and at append-only site B.

1. Our own: a `check` of ours, which wants to be alone, is killed with its agent's knowledge.
2. A foreign one: a `check` that is in no journal of ours is killed. All that time a living
   restic, which is in no journal either, holds a lock of its own and renews it.

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
    good = all(own(restic, place) for restic, place in zip(restics, places, strict=True))
    with ThreadPoolExecutor(2) as pool:  # eleven minutes each: both at once
        return all(pool.map(foreign, restics, places)) and good


def own(restic: Restic, place: Path) -> bool:
    """Killed while it is alone there, as by the kernel when memory runs out."""
    try:
        with restic.started(Job(("check", "--read-data"))) as talk:
            await_lock(place)
            time.sleep(2.0)  # by then its lock was seen, far away too
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
    """In no journal of ours; what holds a lock and lives is a backup that waits for its input."""
    dead = bare(restic, "check", "--read-data")
    await_lock(place)
    dead.kill()
    dead.wait()
    alive = bare(restic, "backup", "--stdin", "--force", stdin=subprocess.PIPE)
    try:
        return past_dead_one(restic, place, alive)
    finally:
        alive.kill()
        alive.wait()


def past_dead_one(restic: Restic, place: Path, alive: subprocess.Popen[bytes]) -> bool:
    began, looks, renewals, living = time.monotonic(), 0, 0, ""
    held: tuple[object, ...] = ("not asked yet",)
    while held and time.monotonic() - began < FOREIGN_LIMIT_S:
        held = locks.clear(restic)  # a backup wants to go on: only who is alone is in its way
        looks += 1
        ours = [one.id for one in locks.locks(restic) if one.pid == alive.pid]
        renewals += bool(living) and ours != [living]
        living = ours[0] if ours else ""
        if alive.poll() is not None or (looks > 1 and not living):
            print(f"{restic.site}: the living lock is gone")
            return False
        time.sleep(restic.patience.look_every_s)
    took = time.monotonic() - began
    good = not held and took <= FOREIGN_LIMIT_S and renewals > 0
    print(
        f"{restic.site}: foreign lock gone in {took / 60:.1f} min (limit 12 min), {looks} looks; "
        f"the living one was renewed {renewals} times and stands; {good}",
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


def await_lock(place: Path) -> None:
    deadline = time.monotonic() + 60
    while not list(place.iterdir()):
        if time.monotonic() > deadline:
            raise SystemExit("no lock came")
        time.sleep(0.005)


if __name__ == "__main__":
    main()
