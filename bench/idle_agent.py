"""What an idle agent costs: resident memory against 60 MB, and `--help` against 0.2 s.

    python bench/idle_agent.py

The daemon runs alone (no controller) in a home of its own for 20 s after its first jobs.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
RSS_LIMIT_BYTES = 60e6
HELP_LIMIT_S = 0.2
RUNS = 9
SETTLE_S = 20.0
AGENT = [sys.executable, "-I", "-c", "from agent.cli.main import main; main()"]


def help_seconds() -> float:
    """Median of nine runs of `lachan-agent --help`."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([*AGENT, "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def idle_bytes() -> tuple[int, float]:
    """Resident bytes and the share of one processor, after the first jobs are done."""
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as name:
        home = Path(name)
        (home / "agent.yaml").write_text(
            "facility: BENCH\nsystems: [{code: FS-01, regime: ND331, level: 3}]\n"
        )
        daemon = subprocess.Popen([*AGENT, "--home", name, "run"], stderr=subprocess.DEVNULL)
        try:
            process = psutil.Process(daemon.pid)
            time.sleep(SETTLE_S)
            before = process.cpu_times()
            time.sleep(SETTLE_S)
            after = process.cpu_times()
            used = (after.user + after.system - before.user - before.system) / SETTLE_S
            return process.memory_info().rss, used
        finally:
            daemon.terminate()
            daemon.wait(timeout=30)


def main() -> None:
    seconds = help_seconds()
    print(f"--help: {seconds:.3f} s, {seconds / HELP_LIMIT_S:.2f} x the limit of {HELP_LIMIT_S} s")
    rss, used = idle_bytes()
    print(f"idle:   {rss / 1e6:.1f} MB, {rss / RSS_LIMIT_BYTES:.2f} x the limit of 60 MB")
    print(f"        {used * 100:.2f} % of one processor")


if __name__ == "__main__":
    main()
