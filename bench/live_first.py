"""How soon the watching hears, says so, and has stored something: from the moment it is started.

The clock is read before the process is started: what the kernel says of a process's start is
counted from a boot that it names only to the second.
"""

import json
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from agent.config.home import Home
from bench import live_ground

_TURNS = 3


@dataclass(frozen=True, slots=True)
class Beginning:
    """Seconds after the start of the process."""

    heard: float  # what happens from here on is heard
    ready: float  # it says so: everything that it needs is open
    live: float  # of a change that was made as soon as it was ready: between change and store
    away: float  # a change that was made before the start is stored

    def __str__(self) -> str:
        return (
            f"hears {self.heard:.2f} s after its start and says so after {self.ready:.2f} s; a"
            f" change is stored {self.live:.2f} s later, and what was before it began is stored"
            f" {self.away:.2f} s after its start"
        )


def measure(home: Home, share: Path, limit_s: float) -> None:
    """Print the best of some turns, with the limit."""
    best = min((_turn(home, share, turn) for turn in range(_TURNS)), key=lambda one: one.ready)
    print(f"  the process {best}:")
    hearing, ready = best.heard / limit_s, best.ready / limit_s
    print(f"  hearing {hearing:.2f} x, being ready {ready:.2f} x the limit")


def _turn(home: Home, share: Path, turn: int) -> Beginning:
    names = [f"first-{turn}-{kind}.txt" for kind in ("away", "live")]
    (share / names[0]).write_text("x")
    words = ("--json", "--home", str(home.config_dir), "integrity", "watch")
    begun_ns = time.time_ns()
    with subprocess.Popen(
        [*live_ground.AGENT, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=live_ground.ROOT,
    ) as process:
        heard_ns = _marked(home, process.pid)
        ready_s = (time.time_ns() - begun_ns) / 1e9
        (share / names[1]).write_text("x")
        made_ns = time.time_ns()
        stored = _stored(process, names)
        process.send_signal(signal.SIGINT)
    return Beginning(
        heard=(heard_ns - begun_ns) / 1e9,
        ready=ready_s,
        live=(stored[names[1]] - made_ns) / 1e9,
        away=(stored[names[0]] - begun_ns) / 1e9,
    )


def _marked(home: Home, pid: int) -> int:
    """Since when it hears, once it has said so."""
    while True:
        mark = live_ground.mark(home)
        if mark is not None and mark.pid == pid and not mark.orderly:
            return max(root.heard_from_ns for root in mark.roots)
        time.sleep(0.001)


def _stored(process: "subprocess.Popen[bytes]", names: list[str]) -> dict[str, int]:
    """When each was stored: a line for each event, written as soon as it is."""
    found: dict[str, int] = {}
    assert process.stdout  # noqa: S101 - asked for above
    while set(names) - found.keys():
        line = process.stdout.readline()
        if not line:
            raise SystemExit("the watching has ended")
        name = str(json.loads(line).get("path", "")).rpartition("/")[2]
        found.setdefault(name, time.time_ns())
    return found
