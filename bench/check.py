"""How long looking takes: `lachan-agent check` against 2 s, `--help` against 0.2 s.

    python bench/check.py

Medians of nine runs as separate processes, without slow facts, in a home of its own.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

CHECK_LIMIT_S = 2.0
HELP_LIMIT_S = 0.2
RUNS = 9
AGENT = [sys.executable, "-I", "-c", "from agent.cli.main import main; main()"]
CONFIGURATION = "facility: BENCH\nsystems: [{code: FS-01, regime: ND331, level: 3}]\n"


def median_seconds(words: Sequence[str]) -> float:
    """Exit codes are not looked at: what is wrong with this machine is not the question."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([*AGENT, *words], check=False, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as name:
        (Path(name) / "agent.yaml").write_text(CONFIGURATION)
        check_s = median_seconds(["--home", name, "check"])
    help_s = median_seconds(["--help"])
    say = sys.stdout.write
    say(f"check   {check_s:.3f} s   {check_s / CHECK_LIMIT_S:.2f} of the limit {CHECK_LIMIT_S} s\n")
    say(f"--help  {help_s:.3f} s   {help_s / HELP_LIMIT_S:.2f} of the limit {HELP_LIMIT_S} s\n")


if __name__ == "__main__":
    main()
