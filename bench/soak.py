"""kill -9 of restic and of the agent at random moments of a run: nothing lost, nothing left behind.

The agent runs as its own command line does, site A a folder, site B append-only behind sshd. After
each kill an undisturbed run must bring both sites up to date; at the end nothing of ours may run,
no lock and no temporary file may be left, both repositories must be whole, and every point that
was ever told as held must still be there. A lock at B of a restic that lived only seconds is
proved dead by eleven minutes of watching: the last verification waits for that.

    python bench/soak.py [--kills 20] [--seed 1]
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.config.home import Home, home_at
from agent.restic import children
from demo import ssh_site

ROOT = Path(__file__).resolve().parent.parent
_CHANGED_BYTES = 8 << 20
_GOOD = {"SITES_NOT_SEPARATE", "SITES_SUSPECT", "UNVERIFIED", "COULD_NOT_LOOK", None}


@dataclass
class Ground:
    """One agent, and what it has told so far."""

    home: Home
    folder: Path
    site: ssh_site.SshSite
    told: dict[str, set[str]] = field(default_factory=lambda: {"a": set(), "b": set()})

    @property
    def locks(self) -> list[Path]:
        places = (self.folder / "nas" / "repository", self.site.repository)
        return [lock for place in places for lock in (place / "locks").iterdir()]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "--home", str(self.home.config_dir), *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def document(self, *words: str) -> dict[str, Any]:
        with self.start(*words, "--json") as process:
            said = process.communicate()[0]
        found: dict[str, Any] = json.loads(said)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)  # noqa: S311 - moments, no secrets
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-"))
    site = ssh_site.write(folder / "sshd", folder / "elsewhere" / "repository")
    process = ssh_site.start(site)
    try:
        faults = soak(prepared(folder, site), arguments.kills, dice)
    finally:
        ssh_site.stop(process)
        shutil.rmtree(folder)
    print(f"{arguments.kills} kills: {len(faults)} faults {faults}")
    raise SystemExit(1 if faults else 0)


def prepared(folder: Path, site: ssh_site.SshSite) -> Ground:
    home = home_at(folder / "home")
    home.config_dir.mkdir(mode=0o700)
    (folder / "nas").mkdir()
    (folder / "share").mkdir()
    home.agent_yaml.write_text(
        f"""datasets: [{{name: share, paths: [{folder}/share], schedule: "0 4 * * *", rpo: 8h}}]
sites:
  - {{name: a, kind: local, path: {folder}/nas/repository, held_by: owned}}
  - {{name: b, kind: append_only_ssh, user: {site.user}, host: {site.host}, port: {site.port},
     held_by: hosted, key_file: {site.key_file}, known_hosts_file: {site.known_hosts_file}}}
"""
    )
    return Ground(home, folder, site)


def soak(ground: Ground, kills: int, dice: random.Random) -> list[str]:
    faults: list[str] = []
    change(ground, dice)
    began = time.monotonic()
    faults += undisturbed(ground, "first")
    usual_s = time.monotonic() - began
    for number in range(kills):
        change(ground, dice)
        whom = killed(ground, dice, usual_s)
        faults += undisturbed(ground, f"{number}: {whom}")
        print(f"kill {number + 1}: {whom}; faults so far {len(faults)}", flush=True)
    return faults + lost(ground) + left_behind(ground)


def change(ground: Ground, dice: random.Random) -> None:
    name = f"{dice.randrange(4)}.dat"
    (ground.folder / "share" / name).write_bytes(os.urandom(_CHANGED_BYTES))


def killed(ground: Ground, dice: random.Random, usual_s: float) -> str:
    """Whom it hit: the agent, or one restic of it; nobody, where it had ended before."""
    process = ground.start("backup", "run", "--json")
    time.sleep(dice.uniform(0.3, usual_s))
    restics = [one.pid for one in journal(ground) if one.lives()]
    victim = dice.choice([process.pid, *restics[:1]])
    with contextlib.suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    process.communicate()
    return "the agent" if victim == process.pid else "restic"


def undisturbed(ground: Ground, when: str) -> list[str]:
    (dataset,) = ground.document("backup", "run")["datasets"]
    faults = []
    for site in dataset["sites"]:
        if site["cause"] not in _GOOD or not site["snapshot"]:
            faults.append(f"{when}: {site['name']} {site['cause']}")
        elif site["snapshot"]:
            ground.told[site["name"]].add(site["snapshot"])
    return faults


def left_behind(ground: Ground) -> list[str]:
    restic = ground.home.state_dir / "restic"
    running = [one.verb for one in journal(ground) if one.lives()]
    names = [f"temporary {file.name}" for file in (restic / "tmp").iterdir()]
    names += [f"lock {lock.name[:8]}" for lock in ground.locks]
    return names + [f"running {verb}" for verb in running]


def lost(ground: Ground) -> list[str]:
    verified = ground.document("backup", "verify", "--all")
    faults = [f"{one['name']} {one['cause']}" for one in verified["sites"] if one["cause"]]
    for name, place in (("a", ground.folder / "nas" / "repository"), ("b", ground.site.repository)):
        there = {file.name for file in (place / "snapshots").iterdir()}
        faults += [f"{name} lost {one}" for one in ground.told[name] if not begins(there, one)]
    return faults


def begins(there: set[str], snapshot: str) -> bool:
    return any(one.startswith(snapshot) for one in there)


def journal(ground: Ground) -> list[children.Started]:
    files = (ground.home.state_dir / "restic" / "children").glob("[0-9]*")
    return [one for one in map(children.read, files) if one is not None]


if __name__ == "__main__":
    main()
