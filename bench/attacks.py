"""Attacks with the agent's own credential at append-only B, in real time: known, healed, restored.

A real sshd serves one repository; the janitor's one file runs there every 20 s as its timer would
have it; the agent asks every 30 s as its daemon does. The thief stores through the forced command.

    python bench/attacks.py [--flood]      (with the flood of locks it takes 15 minutes longer)

Figures to reach: known <= 60 s after the attack, in a sealed statement; a backup goes through again
<= 15 min without a person; every byte of the last good point is restored.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.daemon.app import App, open_app
from agent.daemon.work.sites import janitor_job
from agent.sites.probe.errors import ProbeError
from demo import ssh_site
from tests.agent.sites.janitor.store import KEY, another_key
from tests.real.light_repositories import born
from tests.security.site.conftest import Thief
from tests.security.site.forging import a_lock_of_2040, named, sealed
from tests.security.site.standing_ground import Ground
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import SiteState

ROOT = Path(__file__).resolve().parents[1]
KNOWN_LIMIT_S, BACK_LIMIT_S = 60.0, 900.0
JANITOR_EVERY_S, ASK_EVERY_S = 20.0, 30.0
CONFIGURATION = """
facility: GL-BVDK
sites:
  - {{name: b, kind: append_only_ssh, held_by: hosted, user: {user}, host: {host}, port: {port},
     key_file: {key}, probe_key_file: {probe}, known_hosts_file: {known}}}
"""
Attack = Callable[[Ground], object]


@dataclass(frozen=True)
class Figures:
    """What one attack came to."""

    name: str
    known_s: float
    back_s: float
    restored: bool

    @property
    def good(self) -> bool:
        return self.known_s <= KNOWN_LIMIT_S and self.back_s <= BACK_LIMIT_S and self.restored


def one_byte(ground: Ground) -> None:
    for kind in ("locks", "snapshots", "index"):
        ground.put(kind, (os.urandom(32).hex(), b"x"))


def elsewhere(ground: Ground) -> None:
    absent = [{"id": os.urandom(32).hex(), "blobs": []}]
    ground.put("index", sealed(ground.site.repository, ground.password, {"packs": absent}))


def keys(ground: Ground) -> None:
    ground.put("keys", *(named(another_key(number)) for number in range(100)))


def a_key_that_stops(ground: Ground) -> None:
    ground.put("keys", named(json.dumps({**KEY, "salt": "AAAA"}).encode()))


def cut(ground: Ground) -> None:
    ground.put("snapshots", (os.urandom(32).hex(), os.urandom(150)))


def right_name(kind: str) -> Attack:
    return lambda ground: ground.put(kind, named(os.urandom(300)))


def flood(ground: Ground) -> None:
    locks = (a_lock_of_2040(number) for number in range(60))
    ground.put("locks", *(sealed(ground.site.repository, ground.password, one) for one in locks))


ATTACKS: dict[str, Attack] = {
    "objects of one byte": one_byte,
    "a hundred keys": keys,
    "a key that stops restic": a_key_that_stops,
    "half a snapshot": cut,
    "an index that does not open": right_name("index"),
    "a snapshot that does not open": right_name("snapshots"),
    "an index of absent packs": elsewhere,
}


@contextlib.contextmanager
def stood(folder: Path) -> Iterator[tuple[Ground, App]]:
    """Site, janitor, agent, one good point."""
    site = ssh_site.write(folder / "sshd", folder / "store" / "FS-01")
    process = ssh_site.start(site)
    server, home = folder / "server", home_at(folder / "home")
    (server / "data").mkdir(parents=True)
    for number in range(20):
        (server / "data" / f"{number}.bin").write_bytes(os.urandom(500_000))
    made = born(folder / "born")
    made.give(home, "b", site.repository)
    made.give(home, "a", folder / "unused")
    shutil.copy2(home.secrets / "restic-b.password", server / "password")
    home.agent_yaml.write_text(
        CONFIGURATION.format(
            user=site.user, host=site.host, port=site.port, key=site.key_file,
            probe=site.probe_key_file, known=site.known_hosts_file,
        )
    )  # fmt: skip
    thief = Thief(site, server, site.key_file)
    app = open_app(home)
    try:
        done = thief.restic("backup", "--host", "fs-01", str(server / "data"), wait_s=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        (good,) = (site.repository / "snapshots").iterdir()
        yield Ground(site, thief, server / "data", good.name), app
    finally:
        app.close()
        ssh_site.stop(process)


@contextlib.contextmanager
def again(every_s: float, work: Callable[[], object]) -> Iterator[None]:
    """Do it, rest, do it again, as the timer and the daemon do."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            with contextlib.suppress(ProbeError):
                work()
            over.wait(every_s)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def rogue(app: App) -> int:
    """What the newest sealed statement says."""
    for row in app.outbox.latest("site_state", 1):
        body = decode_statement("site_state", peek_payload(row.raw)).body
        if isinstance(body, SiteState):
            return body.rogue_objects or 0
    return 0


def until(so: Callable[[], bool], limit_s: float, every_s: float) -> float:
    began = time.monotonic()
    while not so():
        if time.monotonic() - began > limit_s:
            return float("inf")
        time.sleep(every_s)
    return time.monotonic() - began


def carry_out(name: str, attack: Attack, ground: Ground, app: App) -> Figures:
    before = rogue(app)
    attack(ground)
    began = time.monotonic()
    known_s = until(lambda: rogue(app) > before, 4 * KNOWN_LIMIT_S, 0.5)
    until(lambda: ground.backs_up(wait_s=15.0), BACK_LIMIT_S, 5.0)
    back_s = time.monotonic() - began
    found = Figures(name, known_s, back_s, ground.restores())
    verdict = "good" if found.good else "BAD"
    print(f"{name:32} known {known_s:5.1f} s   back {back_s:6.1f} s   "
          f"restored {'100 %' if found.restored else 'NO'}   {verdict}", flush=True)  # fmt: skip
    return found


def main() -> int:
    wishes = argparse.ArgumentParser()
    wishes.add_argument("--flood", action="store_true")
    wishes.add_argument("--only", default="", help="a part of the attacks' names")
    wish = wishes.parse_args()
    attacks = {**ATTACKS, **({"a flood of locks": flood} if wish.flood else {})}
    attacks = {each: attack for each, attack in attacks.items() if wish.only in each}
    with tempfile.TemporaryDirectory() as name, stood(Path(name)) as (ground, app):
        ground.clock = SystemClock()  # type: ignore[assignment]
        program = Path(name) / "lachan-janitor.pyz"
        subprocess.run([sys.executable, ROOT / "script" / "janitor-file", program], check=True)
        argv = ["/usr/bin/python3", "-I", str(program), str(ground.site.repository)]

        def look() -> None:
            subprocess.run(argv, check=False, stderr=subprocess.DEVNULL)

        look()
        with again(JANITOR_EVERY_S, look), again(ASK_EVERY_S, lambda: janitor_job.ask_all(app)):
            until(lambda: bool(app.outbox.latest("site_state", 1)), 90.0, 0.5)
            figures = [carry_out(each, attack, ground, app) for each, attack in attacks.items()]
    return 0 if all(one.good for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
