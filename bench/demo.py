"""How long the demonstration takes on 1 GB: limits of 3 minutes, 6 with the set-up.

    python bench/demo.py [GIGABYTES]

Makes a folder of ordinary sizes (many small files, a few large ones), then runs
`script/demo --once` from a fresh clone, so that the set-up counts; the demonstration's own time
is the sum of what it prints for its steps.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT_S, LIMIT_WITH_SETUP_S = 180.0, 360.0
LARGE_BYTES = 16 * 2**20


def make_corpus(folder: Path, size_bytes: int) -> int:
    """Half of the bytes in files of 4 to 400 KiB, half in large ones; not compressible."""
    source = random.Random(14423)  # noqa: S311 - the same corpus every time
    files = written = 0
    while written < size_bytes:
        small = written < size_bytes // 2
        length = source.randrange(4 * 2**10, 400 * 2**10) if small else LARGE_BYTES
        place = folder / f"khoa {files % 40:02}" / f"hồ sơ {files // 40 % 50:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"tệp {files:06}.bin").write_bytes(source.randbytes(length))
        files, written = files + 1, written + length
    return files


def main() -> None:
    size = int(float(sys.argv[1]) * 10**9) if len(sys.argv) > 1 else 10**9
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as name:
        place = Path(name)
        place.chmod(0o755)
        files = make_corpus(place / "data", size)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(place / "clone")], check=True)
        environment = os.environ | {"HOME": str(place), "LANG": "C.UTF-8"}
        begun = time.monotonic()
        done = subprocess.run(
            ["script/demo", str(place / "data"), "--once", "--lang", "en"],
            cwd=place / "clone",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        whole = time.monotonic() - begun
    print(done.stdout[-4000:], done.stderr[-2000:])
    own = sum(_seconds(line) for line in re.findall(r"^ {8}(\S.*)$", done.stdout, re.MULTILINE))
    print(f"{files} files, {size / 1e9:.2f} GB, exit code {done.returncode}")
    print(f"demo after set-up: {own:.0f} s, {own / LIMIT_S:.2f} x the limit of {LIMIT_S:.0f} s")
    print(
        f"with set-up:       {whole:.0f} s, "
        f"{whole / LIMIT_WITH_SETUP_S:.2f} x the limit of {LIMIT_WITH_SETUP_S:.0f} s"
    )


def _seconds(text: str) -> float:
    """`1 min 5 s` or `3.2 s`, as the demonstration prints a step's time."""
    minutes = re.search(r"(\d+) min", text)
    seconds = re.search(r"([\d.]+) s", text)
    return 60 * int(minutes[1] if minutes else 0) + float(seconds[1] if seconds else 0)


if __name__ == "__main__":
    main()
