"""One system of level 5 on ten servers that answered every check: its pages, against 0.3 s each.

.venv/bin/python -m bench.system_page [HOSTS]
"""

import sys
import tempfile
from pathlib import Path

from bench.pages import measure
from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.score_systems import store_scores
from controller.library import catalogue_for, shelves
from tests.controller import statements
from tests.controller.speaking import Clock
from tests.controller.web.visiting import Town, found_town, served
from wire.acts import SystemAdded
from wire.verdicts import CheckVerdict, Regime

HOSTS = 10
LIMIT_S = 0.3
SYSTEM = "/facility/XA/system/FS-XA"
PAGES = (
    SYSTEM,
    f"{SYSTEM}?state=unknown",
    f"{SYSTEM}/control/l5.accounts-access.01",
    "/facility/XA/attest?system=FS-XA",
    "/facility/XA",
)


def main() -> int:
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else HOSTS
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as folder:
        province = found_town(Path(folder) / "home", clock)
        with served(province) as client:
            town = Town(province, clock, client)
            settle(town, hosts)
            visitor = town.entered("bench")
            ratios = [measure(visitor, address, LIMIT_S) for address in PAGES]
        province.database.close()
    print(f"worst {max(ratios):.2f} of {LIMIT_S} s, {hosts} hosts")
    return 0 if max(ratios) <= 1 else 1


def settle(town: Town, hosts: int) -> None:
    """A facility whose servers each tell of every check of level 5, every third of them bad."""
    add_facility(town.province, "bench", "XA", "Bệnh viện XA")
    system = SystemAdded("XA", "FS-XA", "HIS", Regime.ND331, 5, 86_400.0)
    add_system(town.province, "bench", system)
    catalogue = catalogue_for([shelf.catalogue for shelf in shelves()], Regime.ND331, 5)
    assert catalogue is not None  # noqa: S101 - it comes with the program
    print(f"{len(catalogue.controls)} rows, {len(catalogue.controls_of_check())} checks")
    verdicts = (CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN)
    checks = {
        check.replace(".", "__"): verdicts[number % len(verdicts)]
        for number, check in enumerate(catalogue.controls_of_check())
    }
    for _ in range(hosts):
        host = town.host_at("XA")
        host.send(host.opening(), host.statement(statements.findings(town.clock(), **checks)))
    store_scores(town.province, "XA")


if __name__ == "__main__":
    sys.exit(main())
