"""One machine that plays two, honest pairs: how many are refused, how many are accused.

Run: .venv/bin/python bench/places.py
"""

import sys
import time
from itertools import combinations
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from recovery.places import HOST, Between, Place
from recovery.separation import judge_pair, overall
from wire.verdicts import Separation

RECORDED = Path(__file__).resolve().parent.parent / "tests" / "recovery" / "recorded_places"
ACCUSED = {Separation.NOT_SEPARATE, Separation.SUSPECT}


def verdict(case: Path) -> Separation:
    """As the agent judges what was recorded."""
    recorded = msgspec.json.decode(case.read_bytes())
    places = [msgspec.convert(one, Place) for one in (recorded["host"], *recorded["sites"])]
    between = {name: msgspec.convert(one, Between) for name, one in recorded["between"].items()}
    return overall(
        judge_pair(
            a,
            b,
            between.get(f"{a.name} {b.name}"),
            required_km=None if a.name == HOST else recorded["required_km"],
        )
        for a, b in combinations(places, 2)
    )


def main() -> None:
    began = time.perf_counter()
    found = {case.stem: verdict(case) for case in sorted(RECORDED.glob("*.json"))}
    took_ms = (time.perf_counter() - began) * 1000
    for name, one in found.items():
        print(f"{one.value:14} {name}")
    fakes = [one for name, one in found.items() if name.startswith("fake")]
    honest = [one for name, one in found.items() if name.startswith("honest")]
    silent = [one for one in fakes if one is Separation.INCONCLUSIVE]
    print(f"fakes refused: {sum(one in ACCUSED for one in fakes)} of {len(fakes) - len(silent)}")
    print(f"fakes that nothing can refute, told as INCONCLUSIVE: {len(silent)}")
    print(f"fakes called SEPARATE: {sum(one is Separation.SEPARATE for one in fakes)}")
    print(f"honest pairs accused: {sum(one in ACCUSED for one in honest)} of {len(honest)}")
    print(f"all judged in {took_ms:.1f} ms")


if __name__ == "__main__":
    main()
