"""What looking costs: `lachan-agent check --level 5` and `--help` against their limits and Lynis.

    python bench/check.py

Medians of seven runs as separate processes, in a home of its own, without slow facts; then one
run of Lynis on the same machine, where it is installed (apt-get install lynis). Time and memory
are those of the process with everything that it started.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HELP_LIMIT_S = 0.2
WALL_LIMIT_S = 3.0
PROCESSOR_LIMIT_S = 3.0
MEMORY_LIMIT_MB = 80.0
OF_LYNIS_LIMIT = 0.1
RUNS = 7
AGENT = (sys.executable, "-I", "-c", "from agent.cli.main import main; main()")
LYNIS = ("lynis", "audit", "system", "--quick", "--quiet", "--no-colors", "--nolog")
CONFIGURATION = "facility: BENCH\nsystems: [{code: FS-01, regime: ND331, level: 5}]\n"


@dataclass(frozen=True)
class Cost:
    wall_s: float
    processor_s: float
    memory_mb: float


def cost_of(command: Sequence[str]) -> Cost:
    """Exit codes are not looked at: what is wrong with this machine is not the question."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = 0  # it is waited for already
    return Cost(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def judged(command: Sequence[str]) -> int:
    """How many checks gave a result; a run that ends in an error is fast and worth nothing."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    return len(json.loads(done.stdout)["results"])


def median_cost(command: Sequence[str]) -> Cost:
    costs = [cost_of(command) for _ in range(RUNS)]
    return Cost(
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.processor_s for cost in costs),
        max(cost.memory_mb for cost in costs),
    )


def say(what: str, value: float, unit: str, limit: float) -> None:
    sys.stdout.write(f"{what:<22} {value:8.3f} {unit:<3} {value / limit:6.2f} of {limit} {unit}\n")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as name:
        (Path(name) / "agent.yaml").write_text(CONFIGURATION)
        command = [*AGENT, "--home", name, "check", "--json"]
        count = judged(command)
        check = median_cost(command)
    help_ = median_cost([*AGENT, "--help"])
    sys.stdout.write(f"{'checks judged':<22} {count:8}\n")
    say("check, wall", check.wall_s, "s", WALL_LIMIT_S)
    say("check, processor", check.processor_s, "s", PROCESSOR_LIMIT_S)
    say("check, peak memory", check.memory_mb, "MB", MEMORY_LIMIT_MB)
    say("--help, wall", help_.wall_s, "s", HELP_LIMIT_S)
    if shutil.which("lynis") is None:
        sys.stdout.write("Lynis is not here: apt-get install lynis\n")
        return
    lynis = cost_of(LYNIS)
    sys.stdout.write(f"{'Lynis':<22} {lynis.wall_s:8.3f} s\n")
    sys.stdout.write(f"{'':<22} {lynis.processor_s:8.3f} s of processor\n")
    sys.stdout.write(f"{'':<22} {lynis.memory_mb:8.3f} MB\n")
    say("check / Lynis, wall", check.wall_s / lynis.wall_s, "", OF_LYNIS_LIMIT)


if __name__ == "__main__":
    main()
