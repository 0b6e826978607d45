"""A first backup of few large files against bare `restic backup` and bare `restic copy`.

Here the data itself takes the time, and what we add (hashing for the manifest, the manifest, the
read-back) must hardly show. Every round fills new repositories; the order changes from round to
round, and the medians are compared.

    python bench/large_files.py [--gib 8] [--rounds 2] [--folder DIR]

Figure to reach: <= 1.05, where bare takes 120 s or more.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.backup import bare, check, cost_of, ours

FILES = 6
BLOCK = 1 << 20
LEAST_S = 120.0
LIMIT = 1.05

Opened = Callable[[Path, Path], AbstractContextManager[Callable[[], object]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gib", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=arguments.folder))
    try:
        measure(folder, arguments.gib, arguments.rounds)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, gib: float, rounds: int) -> None:
    data = folder / "data"
    fill(data, gib)
    took: dict[str, list[float]] = {"bare": [], "ours": []}
    sides: dict[str, Opened] = {"bare": bare, "ours": ours}
    for number in range(rounds):
        for name in sorted(sides, reverse=bool(number % 2)):
            took[name].append(one(folder / "round", data, sides[name]))
            print(f"    {name} {took[name][-1]:.1f} s")
    bare_s, ours_s = (statistics.median(took[name]) for name in ("bare", "ours"))
    short = "" if bare_s >= LEAST_S else f" (shorter than {LEAST_S:.0f} s: take more data)"
    print(
        f"{gib:g} GiB in {FILES} files, {rounds} rounds, medians: bare {bare_s:.1f} s{short}, "
        f"ours {ours_s:.1f} s, ratio {ours_s / bare_s:.3f} (limit {LIMIT}); "
        f"load {os.getloadavg()[0]:.1f}"
    )


def one(folder: Path, data: Path, side: Opened) -> float:
    """Repositories that were made before get the large files; all is removed afterwards."""
    source = folder / "share"
    source.mkdir(parents=True)
    (source / "small").write_text("there before\n")
    try:
        with side(folder, source) as work:
            _checked(work())
            data.rename(source / "data")
            os.sync()
            took_s = cost_of(lambda: _checked(work())).wall_s
            (source / "data").rename(data)
            return took_s
    finally:
        shutil.rmtree(folder)


def _checked(result: object) -> None:
    if result is not None:
        check(result)  # type: ignore[arg-type]


def fill(source: Path, gib: float) -> None:
    source.mkdir()
    blocks = int(gib * (1 << 30) / FILES / BLOCK)
    for number in range(FILES):
        with (source / f"{number}.img").open("wb") as stream:
            for _ in range(blocks):
                stream.write(os.urandom(BLOCK))


if __name__ == "__main__":
    main()
