"""An upgrade of many watched files is one explained event, and what others do beside it is seen.

dpkg-deb builds packages, dpkg installs them into a root of its own and upgrades them there; in the
same minute others change things, each in another way. First everything is heard live, with the
programs that did it; then once more by a look alone, which knows nobody (without what only lies
below /var, since a look cannot tell who wrote dpkg's own records); and a third time by a look after
people with patience, who forge dpkg's records, too. The peer is `dpkg --verify`.

    python bench/upgrades.py [--files 1200] [--packages 10] [--folder DIR]

As root, since a whole filesystem can be heard only so. A small run: --files 1100 --packages 10.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Watched
from agent.files.filesystems import mounts
from agent.files.ledger import open_ledger
from agent.host.local import LocalHost
from agent.integrity.live.alive import MarkFile, Moments
from agent.integrity.live.loop import Live
from agent.integrity.live.parts import Parts
from agent.integrity.live.roots import roots_of
from agent.integrity.live.ways import Hearing, Ways
from agent.integrity.noise.explainer import Explainer
from agent.integrity.who.book import ProcessBook
from bench.planted import PLANTS, SMALL, Plant
from bench.upgrade_keeper import Keeper, Reporter
from tests.real.debian_packages import Content, DebianRoot, build, empty_root

NEEDED_FILES, NEEDED_PLANTED = 1_000, 20
WAIT_S, QUIET_S = 60.0, 4.0


@dataclass
class Ground:
    """The root with its packages, and the next versions of them."""

    root: DebianRoot
    upgrades: list[Path]
    work: Path
    plants: tuple[Plant, ...]

    def upgrade(self) -> subprocess.Popen[bytes]:
        """It begins, and so do those who change something while dpkg is at work."""
        return subprocess.Popen(
            [sys.executable, "-c", _UPGRADE, str(self.root.path), *map(str, self.upgrades)],
            cwd=Path(__file__).resolve().parent.parent,
        )

    def plant_beside(self) -> list[subprocess.Popen[bytes]]:
        return [plant.begin(self.root.path) for plant in self.plants if plant.during]

    def plant_afterwards(self, meanwhile: Callable[[], None]) -> None:
        for plant in self.plants:
            if not plant.during:
                doing = plant.begin(self.root.path)
                while doing.poll() is None:
                    meanwhile()
                _end([doing])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_200)
    parser.add_argument("--packages", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=given.folder))
    try:
        for name, run, plants in HALVES:
            ground = make_ground(work / name, given.files, given.packages, plants)
            print(f"{name}: {given.packages} packages with {given.files} files")
            report(ground, run(ground))
    finally:
        shutil.rmtree(work)


def make_ground(work: Path, files: int, packages: int, plants: tuple[Plant, ...]) -> Ground:
    """Version 1 is installed, and a package that stays as it is, too."""
    work.mkdir()
    root = empty_root(work / "root")
    each = files // packages
    names = [f"kham{number}" for number in range(packages)]
    sizes = dict.fromkeys(names, each) | dict.fromkeys(SMALL, 10)
    first = [_package(work, name, "1.0", size) for name, size in sizes.items()]
    root.install(*first, _package(work, "quiet", "1.0", 20))
    for folder in ("etc/cron.d", "etc/alternatives", "usr/lib/python3"):  # as everywhere
        (root.path / folder).mkdir()
    for plant in plants:
        plant.prepare(root.path)
    upgrades = [_package(work, name, "1.1", size) for name, size in sizes.items()]
    return Ground(root, upgrades, work, plants)


def _package(work: Path, name: str, version: str, files: int) -> Path:
    contents: dict[str, Content] = {
        f"/usr/lib/{name}/{number:04}": f"{name} {version} {number}\n".encode() * 20
        for number in range(files - 4)
    }
    contents[f"/usr/bin/{name}"] = f"#!/bin/sh\n# {version}\n".encode()
    contents[f"/usr/lib/{name}/link"] = Path(f"../../bin/{name}")
    contents[f"/usr/lib/{name}/tệp tiếng Việt"] = version.encode()
    contents[f"/etc/{name}.conf"] = f"version = {version}\n".encode()
    scripts = {"postinst": _SCRIPT} if name == "kham0" and version != "1.0" else {}
    return build(work, name, version, contents, (f"/etc/{name}.conf",), scripts)


# What scripts of packages do everywhere, and one thing that must be seen all the same.
_SCRIPT = """#!/bin/sh
set -e
printf cache > "$DPKG_ROOT/etc/ld.so.cache"
mkdir -p "$DPKG_ROOT/usr/lib/python3/__pycache__" "$DPKG_ROOT/etc/alternatives"
printf code > "$DPKG_ROOT/usr/lib/python3/__pycache__/kham.cpython-311.pyc"
ln -sf /usr/bin/kham0 "$DPKG_ROOT/etc/alternatives/kham"
ln -sf /etc/alternatives/kham "$DPKG_ROOT/usr/bin/kham"
printf evil > "$DPKG_ROOT/etc/cron.d/by-script"
sleep 2
"""


def live(ground: Ground) -> Keeper:
    """Heard while it happens, with the programs that did it."""
    watched = Watched(ground.root.path)
    keeper = Keeper(Explainer(LocalHost(ground.root.path), ground.root.path), is_live=True)
    with watching(ground.work, watched, keeper) as loop:
        running = [ground.upgrade(), *ground.plant_beside()]
        while any(one.poll() is None for one in running):
            loop.step()
        _end(running)
        loop.step()
        ground.plant_afterwards(loop.step)
        quiet_s = deadline_s = time.monotonic()
        while time.monotonic() - quiet_s < QUIET_S and time.monotonic() - deadline_s < WAIT_S:
            before = keeper.journal_number
            loop.step()
            if keeper.journal_number != before or keeper.waiting:
                quiet_s = time.monotonic()
            time.sleep(0.01)
    return keeper


_UPGRADE = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
from tests.real.debian_packages import DebianRoot
DebianRoot(Path(sys.argv[1])).install(*map(Path, sys.argv[2:]))
"""


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    if any(one.wait() for one in running):
        raise SystemExit("dpkg or a plant failed")


@contextmanager
def watching(work: Path, watched: Watched, keeper: Keeper) -> Iterator[Live]:
    clock, home = SystemClock(), home_at(work / "home")
    moments = Moments("bench", time.time_ns, time.monotonic_ns)
    roots = roots_of((watched,))
    with ExitStack() as stack:
        book = stack.enter_context(ProcessBook())
        ledger = stack.enter_context(open_ledger(home, clock))
        ledger.watch([watched.path])
        ledger.refresh(watched.path)
        hearing = Hearing(book.at, moments.wall_ns, lambda _path, _pid: False, roots.hidden)
        parts = Parts(
            watched=(watched,),
            ledger=ledger,
            open_ledger=lambda: open_ledger(home, clock),
            keeper=keeper,
            ways=Ways(hearing, with_fanotify=True),
            rescan=lambda _paths: subprocess.Popen(["true"]),
            marks=MarkFile(work / "watching.json"),
            moments=moments,
            clock=clock,
            reporter=Reporter(),
            mounts=mounts,
            pid=os.getpid(),
        )
        loop = Live(parts)
        loop.begin()
        loop.step()
        try:
            yield loop
        finally:
            loop.end()


def looked(ground: Ground) -> Keeper:
    """Found by a look afterwards: nobody knows who did it."""
    from agent.integrity.live.attribute import Touches
    from agent.integrity.live.changes import seen_of

    watched = Watched(ground.root.path, ignore=("var",))
    keeper = Keeper(Explainer(LocalHost(ground.root.path), ground.root.path))
    roots = roots_of((watched,))
    with open_ledger(home_at(ground.work / "home"), SystemClock()) as ledger:
        ledger.watch([watched.path])
        ledger.refresh(watched.path, ignore=watched.ignore)
        _end([ground.upgrade(), *ground.plant_beside()])
        ground.plant_afterwards(lambda: time.sleep(0.01))
        ledger.refresh(watched.path, ignore=watched.ignore)
        found = ledger.transitions(0, 10_000_000)
        keeper.take(seen_of(found, Touches(), roots, {}), found[-1].number)
    deadline_s = time.monotonic() + WAIT_S
    while keeper.waiting and time.monotonic() < deadline_s:
        time.sleep(0.1)
        keeper.take((), 0)
    return keeper


HALVES = (
    ("live", live, PLANTS),
    ("looked", looked, tuple(plant for plant in PLANTS if not plant.is_patient)),
    ("looked, after the patient", looked, tuple(plant for plant in PLANTS if plant.is_patient)),
)


def report(ground: Ground, keeper: Keeper) -> None:
    root = str(ground.root.path)
    plants = [one for one in ground.plants if keeper.is_live or not one.path.startswith("/var/")]
    members = [
        (event.path.decode(errors="replace").removeprefix(root), event.explained_by)
        for entry in keeper.told
        for event in (entry.members if entry.event.counts else (entry.event,))
    ]
    visible = {path for path, code in members if not code}
    missed = [plant.name for plant in plants if plant.path not in visible]
    spoiled = tuple(f"/{one.spoils}" for one in ground.plants if one.spoils)
    others = visible - {path for plant in plants for path in plant.paths}
    strange = {path for path in others if not any(name in path for name in spoiled)}
    packages = [one.event for one in keeper.told if one.event.explained_by == "package"]
    touched = sum(event.files for event in packages)
    codes = Counter(entry.event.explained_by or "unexplained" for entry in keeper.told)
    print(f"  events: {dict(codes)}; without explaining: {len(members)}")
    one = touched >= NEEDED_FILES and len(packages) == 1
    print(f"  one transaction: {touched} files explained by {len(packages)} event(s)", end="")
    print(f" (needed: >= {NEEDED_FILES} by 1): {_good(one)}")
    for event in packages[1:]:
        print(f"    another event: {event.files} files, {event.explanation[:60]}")
    found = len(plants) - len(missed)
    print(f"  planted changes that stay visible: {found} of {len(plants)}: {_good(not missed)}")
    for name in missed:
        print(f"    not visible: {name}")
    print(f"  other files left unexplained: {len(strange)} {sorted(strange)[:8]}")
    print(f"  files of packages whose sums were changed, all unexplained: {len(others - strange)}")
    peer = _verified(ground) & {path for plant in plants for path in plant.paths}
    print(f"  peer, dpkg --verify: {len(peer)} of {len(plants)}")
    print(f"  explaining took {keeper.took_s:.2f} s, at most {keeper.busy_s:.2f} s in one go")


def _verified(ground: Ground) -> set[str]:
    done = subprocess.run(
        ["dpkg", f"--root={ground.root.path}", "--verify"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {line.rpartition(" ")[2] for line in done.stdout.splitlines() if line}


def _good(good: bool) -> str:  # noqa: FBT001
    return "reached" if good else "MISSED"


if __name__ == "__main__":
    main()
