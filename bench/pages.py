"""The pages of a large province: 300 facilities that have told of everything, against 2 s a page.

.venv/bin/python -m bench.pages [FACILITIES]
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from controller.web.rate_limit import RateLimit
from controller.web.service import Service
from tests.controller.speaking import Clock
from tests.controller.web.visiting import Town, Visitor, found_town, served

FACILITIES = 300
LIMIT_S = 2.0
ROUNDS = 5
PAGES = (
    "/",
    "/alerts",
    "/log",
    "/exceptions",
    "/attestations",
    "/facility/F7",
    "/facility/F7/backups",
    "/facility/F7/system/FS-F7",
    "/facility/F7/system/FS-F7/control/l3.risk.02",
)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FACILITIES
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as folder:
        province = found_town(Path(folder) / "home", Clock())
        with served(province) as client:
            everyone = RateLimit(burst=1e9, per_second=1e9, monotonic=time.monotonic)
            client.app.state.service = Service(province, addresses=everyone)  # all from here
            town = Town(province, Clock(), client)
            for number in range(count):
                town.add_facility(f"F{number}", f"Trung tâm y tế {number}")
                town.tell_everything(f"F{number}")
            visitor = town.entered("bench")
            ratios = [measure(visitor, address) for address in PAGES]
        province.database.close()
    print(f"worst {max(ratios):.2f} of {LIMIT_S:.0f} s, {count} facilities")
    return 0 if max(ratios) <= 1 else 1


def measure(visitor: Visitor, address: str, limit_s: float = LIMIT_S) -> float:
    """Share of the limit that the page takes."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = visitor.get(address)
        taken.append(time.perf_counter() - begun)
        answer.raise_for_status()
    ratio = statistics.median(taken) / limit_s
    print(
        f"{address:32} {statistics.median(taken):.3f} s  {ratio:.2f}  {len(answer.content)} bytes"
    )
    return ratio


if __name__ == "__main__":
    sys.exit(main())
