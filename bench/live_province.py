"""How long a change takes to be a stored event at a real controller, over real TLS."""

import contextlib
import sqlite3
import statistics
import threading
import time
from pathlib import Path

import psutil

from agent.config.home import Home, home_at
from bench import live_ground, live_told
from demo.programs import Program
from demo.ssh_site import free_port
from demo.stage import Stage, wait_until_answers

_PER_SECOND = 100
_LOOK_S = 0.02
_DRAIN_S = 15.0


class Arrivals(threading.Thread):
    """Notes when each event's number came to lie in the controller's database."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self._address = f"{database.as_uri()}?mode=ro"
        self.at: dict[int, float] = {}
        self.enough = threading.Event()

    def run(self) -> None:
        with contextlib.closing(sqlite3.connect(self._address, uri=True)) as opened:
            last = 0
            while not self.enough.wait(_LOOK_S):
                rows = opened.execute("SELECT number FROM file_event WHERE number > ?", (last,))
                now = time.time()
                for (number,) in rows.fetchall():
                    self.at.setdefault(number, now)
                    last = max(last, number)


def measure(folder: Path, changes: int, limit_s: float) -> None:
    folder.mkdir()
    stage = Stage(folder, folder / "folder", "en")
    try:
        agent, share = _province(stage)
        _measure(stage, agent, share, changes, limit_s)
    finally:
        stage.close()


def _province(stage: Stage) -> tuple[Program, Path]:
    port = free_port()
    stage.controller.json(
        *("init", "--url", f"https://127.0.0.1:{port}", "--listen", f"127.0.0.1:{port}"),
        *("--province", "BENCH", "--name", "Sở Y tế"),
    )
    serving = stage.controller.start("serve", log=stage.home / "controller.log")
    stage.processes.append(serving)
    wait_until_answers(stage, serving, port)
    stage.controller.json("facility", "add", "BENCH", "--name", "Bệnh viện")
    stage.controller.json(
        *("system", "add", "FS-01", "--facility", "BENCH"),
        *("--name", "Máy chủ tệp", "--regime", "ND331", "--level", "3"),
    )
    share = stage.home / "share"
    live_ground.make_files(share, 2_000)
    home = stage.home / "agent"
    live_ground.make_home(home, share)
    words = ("token", "create", "--facility", "BENCH", "--system", "FS-01")
    token = str(stage.controller.json(*words)["token"])
    agent = Program("lachan-agent", home)
    configured = (home / "agent.yaml").read_text()
    (home / "agent.yaml").write_text(
        f"controller: {{url: 'https://127.0.0.1:{port}'}}\n" + configured
    )
    agent.run("join", text=token)
    return agent, share


def _measure(stage: Stage, agent: Program, share: Path, changes: int, limit_s: float) -> None:
    home = home_at(stage.home / "agent")
    daemon = agent.start("run", log=stage.home / "daemon.log")
    stage.processes.append(daemon)
    live_ground.wait_for(lambda: live_ground.begun(home, daemon.pid) is not None, "the daemon")
    time.sleep(10)  # its first jobs
    arrivals = Arrivals(stage.home / "controller" / "state" / "controller.sqlite")
    arrivals.start()
    changed = _change(share, changes)
    time.sleep(_DRAIN_S)
    arrivals.enough.set()
    arrivals.join()
    waits = sorted(_waits(changed, arrivals.at, home))
    missing = changes - len(waits)
    p95 = waits[int(len(waits) * 0.95)] if waits else float("inf")
    print(
        f"{changes} changes at {_PER_SECOND}/s: stored at the controller after"
        f" {statistics.median(waits):.2f} s (median), {p95:.2f} s (p95), {max(waits):.2f} s"
        f" (slowest); {missing} missing;"
    )
    print(f"  p95 is {p95 / limit_s:.2f} x the limit")
    live = live_ground.mark(home)
    if live is not None:
        print(f"  the watching takes {psutil.Process(live.pid).memory_info().rss / 1e6:.1f} MB")


def _change(share: Path, changes: int) -> dict[bytes, float]:
    """Each change is to a file of its own, by a program that ends at once, as people work."""
    changed = {}
    begun = time.monotonic()
    for number in range(changes):
        wait_s = begun + number / _PER_SECOND - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        file = share / f"new {number // 100}" / f"{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"%d" % number)
        changed[bytes(file)] = time.time()
    return changed


def _waits(changed: dict[bytes, float], arrived: dict[int, float], home: Home) -> list[float]:
    found = {}
    for event, members in live_told.events(home):
        for one in members or (event,):
            if one.path in changed and one.path not in found and event.number in arrived:
                found[one.path] = arrived[event.number] - changed[one.path]
    return list(found.values())
