"""The pages of watched files when a whole province has told: 300 facilities, 1,000,000 events.

python bench/province_files.py [FACILITIES] [EVENTS] [KEPT]

Each facility's host enrols, joins the log and tells a stretch of changes that the controller takes
in as always; the rows of all further events are then copied from it, as its projection would have
made them, spread over 30 days. One host holds all that is kept of one (20,000 rows), one person of
it changed a single file, so that the rarest question is asked of the fullest host. Then the alerts
are raised, and each page is read as a browser reads it. Figure to reach: 0.3 s a page.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, insert, select, update
from starlette.testclient import TestClient

from bench.file_events import KINDS, STRETCH, WATCHED, Chain, pseudonym
from bench.province_hosts import Host, make_host
from controller.app import initialise, utc_now
from controller.config.home import home_at
from controller.config.model import ControllerConfig
from controller.fleet.add_user import add_user
from controller.fleet.province import Province
from controller.fleet.watch import watch
from controller.store.projections.file_events import KEPT
from controller.store.tables.files import FILE_EVENT
from controller.web.application import create_application
from wire.messages import Incarnation

USUAL = ("300", "1000000", str(KEPT))
LIMIT_S = 0.3
ROUNDS = 3
DAYS = 30
URL = "https://127.0.0.1:8443"
RARE = pseudonym("somebody rare")
_BATCH = 1_000
_EVENT = FILE_EVENT.c
_HOUR = 3_600_000_000  # microseconds
_FORGET = "DELETE FROM file_hour WHERE agent = :agent"
_SUM_UP = """
    INSERT INTO file_hour (agent, watched, hour, explained, kind, facility, files)
    SELECT agent, watched, at / :hour * :hour, explained, kind, facility, sum(files)
    FROM file_event WHERE agent = :agent GROUP BY 1, 2, 3, 4, 5, 6
"""


def main() -> int:
    words = (*sys.argv[1:], *USUAL[len(sys.argv) - 1 :])
    facilities, events, kept = map(int, words)
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        config = ControllerConfig(province="B", name="B", url=URL)
        province = initialise(home_at(Path(folder) / "home"), config).province
        hosts = [make_host(province, number) for number in range(facilities)]
        for host in hosts:
            host.send(host.sealed(Incarnation("first")), host.sealed(Chain().stretch(STRETCH)))
            host.beat()
        begun = time.perf_counter()
        stored = fill(province, hosts, events, kept)
        size = province.home.database.stat().st_size / 1e6
        print(f"{stored} rows of {facilities} facilities, {size:.0f} MB")
        print(f"made in {time.perf_counter() - begun:.0f} s")
        for name in ("first", "again"):
            begun = time.perf_counter()
            changed = watch(province, utc_now() - timedelta(days=1))
            print(f"watch, {name}: {time.perf_counter() - begun:.2f} s, {changed} alerts changed")
        worst = max(visit(province, hosts[0]))
        province.database.close()
    print(f"worst page {worst:.2f} s, {worst / LIMIT_S:.2f} x the limit")
    return 0 if worst <= LIMIT_S else 1


def fill(province: Province, hosts: list[Host], events: int, kept: int) -> int:
    """Rows as the projection makes them; what a host told itself is among them."""
    each = max(STRETCH, (events - kept) // max(1, len(hosts) - 1))
    for host in hosts:
        with province.database.writing() as connection:
            query = select(FILE_EVENT).where(_EVENT.agent == host.agent).order_by(_EVENT.place)
            made = [dict(row) for row in connection.execute(query).mappings()]
            rows = _rows(made, kept if host is hosts[0] else each)
            for batch in batched(rows, _BATCH):
                connection.execute(insert(FILE_EVENT), batch)
            connection.exec_driver_sql(_FORGET, {"agent": host.agent})
            connection.exec_driver_sql(_SUM_UP, {"agent": host.agent, "hour": _HOUR})
    rarest = (_EVENT.agent == hosts[0].agent, _EVENT.place == STRETCH + 1)
    with province.database.writing() as connection:
        connection.execute(update(FILE_EVENT).where(*rarest).values(person=RARE))
        return int(connection.execute(select(func.count()).select_from(FILE_EVENT)).scalar_one())


def batched(rows: Iterator[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    while batch := list(islice(rows, size)):
        yield batch


def _rows(made: list[dict[str, object]], wanted: int) -> Iterator[dict[str, object]]:
    begin, step = utc_now() - timedelta(days=DAYS), timedelta(days=DAYS) / wanted
    for place in range(len(made) + 1, wanted + 1):
        folder = f"/srv/share/khoa {place % 40}/năm {place % 7}"
        path = f"{folder}/hồ sơ {place}.docx"
        changed = {
            "place": place,
            "number": place,
            "position": place % STRETCH,
            "at": begin + place * step,
            "kind": KINDS[place % 5],
            "path": path,
            "folder": pseudonym(folder),
            "folder_path": folder,
            "file": pseudonym(path),
        }
        yield {**made[place % len(made)], **changed}


def visit(province: Province, fullest: Host) -> Iterator[float]:
    link = add_user(province, "bench", f"bench-{os.urandom(3).hex()}", "admin", "")
    files = f"/facility/{fullest.facility}/files"
    queries = (
        "",
        "?span=1h",
        "?span=7d",
        "?span=30d",
        "?span=30d&open=1",
        "?span=30d&kind=removed",
    )
    rare = (f"?span=30d&person={RARE}", "?span=30d&q=nowhere", f"?span=30d&watched={WATCHED}")
    pages = ["/", "/alerts", *(f"{files}{query}" for query in (*queries, *rare))]
    pages += [f"/facility/{fullest.facility}", "/facility/F001/files?span=7d"]
    with TestClient(create_application(province), base_url=URL) as browser:
        password = {"password": os.urandom(20).hex()}
        browser.post(link.removeprefix(URL), data=password, headers={"Origin": URL})
        for address in pages:
            taken = [_timed(browser, address) for _ in range(ROUNDS)]
            middle = statistics.median(taken)
            shown = address.replace(RARE, "RARE").replace(WATCHED, "WATCHED")
            print(f"{shown:48} {middle * 1e3:6.0f} ms  first {taken[0] * 1e3:6.0f} ms")
            yield middle


def _timed(browser: TestClient, address: str) -> float:
    begun = time.perf_counter()
    answer = browser.get(address)
    taken = time.perf_counter() - begun
    if not answer.is_success:
        raise SystemExit(f"{address}: {answer.status_code}")
    return taken


if __name__ == "__main__":
    sys.exit(main())
