"""A watched tree, a home, and the watching process, for the measures of live watching."""

import contextlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from agent.config.home import Home, home_at
from agent.integrity.live.alive import Mark, MarkFile

ROOT = Path(__file__).resolve().parent.parent
AGENT = [sys.executable, "-I", "-c", "from agent.cli.main import main; main()"]
WAIT_S = 120.0
_FRESH_NS = 1_000_000_000
_SHORTEST_S = 0.002
_CREATES, _CHANGES, _RENAMES = 0.4, 0.7, 0.85  # the rest deletes


def make_folders(root: Path, number: int) -> None:
    """A tree of so many folders, each with ten in it."""
    waiting, made = [root], 1
    root.mkdir()
    for folder in waiting:
        for name in range(10):
            if made >= number:
                return
            inner = folder / f"khoa {name}"
            inner.mkdir()
            waiting.append(inner)
            made += 1


def make_files(root: Path, number: int, in_each: int = 100) -> None:
    for name in range(number):
        file = root / f"d{name // in_each:05}" / f"{name}.txt"
        if name % in_each == 0:
            file.parent.mkdir(parents=True)
        file.write_bytes(b"%d\n" % name)


def make_home(folder: Path, share: Path) -> Home:
    home = home_at(folder)
    home.config_dir.mkdir(mode=0o700)
    home.agent_yaml.write_text(
        f"facility: BENCH\nsystems: [{{code: FS-01, regime: ND331, level: 3}}]\n"
        f"integrity: [{{path: {share}, names: full}}]\n"
        "integrity_pace: {nice: 0, rest_above: 0}\n"
    )
    subprocess.run(
        [*AGENT, "--home", str(folder), "integrity", "baseline"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    return home


@contextlib.contextmanager
def watcher(home: Home, *words: str) -> Iterator[psutil.Process]:
    """The real watching process, heard and looked at everything; ended at the end."""
    with (home.config_dir / "watch.log").open("ab") as log:
        started = subprocess.Popen(
            [*AGENT, "--home", str(home.config_dir), *(words or ("integrity", "watch"))],
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd=ROOT,
        )
    try:
        wait_for(lambda: begun(home, started.pid) is not None, "the watching")
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(60)


def mark(home: Home) -> Mark | None:
    return MarkFile(home.state_dir / "watching.json").read()


def begun(home: Home, pid: int) -> Mark | None:
    """Its mark, once everything was looked at; of a daemon, its child's."""
    found = mark(home)
    if found is None or found.orderly or not psutil.pid_exists(found.pid):
        return None
    mine = pid in (found.pid, psutil.Process(found.pid).ppid())
    whole = all(found.wall_ns - root.held_ns < _FRESH_NS for root in found.roots)
    return found if mine and whole else None


def wait_for(condition: Callable[[], bool], what: str, within_s: float = WAIT_S) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited too long for {what}")
        time.sleep(0.02)


def operations(root: Path, number: int, seconds: float, dice: random.Random) -> None:
    """So many creations, changes, renames and deletions, spread over so much time."""
    begun_s, alive = time.monotonic(), list[Path]()
    for step in range(number):
        wait_s = begun_s + step * seconds / number - time.monotonic()
        if wait_s > _SHORTEST_S:
            time.sleep(wait_s)
        operate(root, step, alive, dice)


def operate(root: Path, step: int, alive: list[Path], dice: random.Random) -> None:
    what = dice.random()
    if not alive or what < _CREATES:
        file = root / f"op{step % 97}" / f"{step}.dat"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x" * dice.randrange(1, 4000))
        alive.append(file)
        return
    place = dice.randrange(len(alive))
    alive[place], alive[-1] = alive[-1], alive[place]
    file = alive[-1]
    if what < _CHANGES:
        with file.open("ab") as opened:
            opened.write(b"y" * dice.randrange(1, 500))
    elif what < _RENAMES:
        alive[-1] = file.rename(file.with_name(f"r{step}.dat"))
    else:
        alive.pop().unlink()
