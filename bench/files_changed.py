"""Alerts a day from a busy share: what a province's analyst gets of a day without any attack.

python bench/files_changed.py [--days 5] [--files 300] [--facilities 300]

Benign days (photos, exports, moves, conversions, office work) go through the real ledger, joining
and explaining; what nothing explains is told to a real controller in its own words, minute by
minute. Somebody on duty looks once an hour, from seven to five, at every open alert. The same days
are told twice: with `alert: changes`, and with `alert: attacks`, as one writes it where people
work. What is kept for the timeline must be the same. Figures to reach: no alert with `attacks`, at
most one an hour with `changes`, and no change less on the timeline.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from msgspec.structs import replace
from starlette.testclient import TestClient

from agent.integrity.noise.context import Context, StormMemory
from agent.integrity.noise.explain import explain
from agent.integrity.seen import Seen
from bench.benign_days import days
from bench.benign_people import Benign
from bench.watched_share import Share, fill
from controller.app import initialise
from controller.config.home import home_at
from controller.config.model import ControllerConfig
from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.alerts import acknowledge
from controller.fleet.create_token import create_token
from controller.fleet.province import Province
from controller.fleet.watch import watch
from controller.fleet.watch_files import FILES_CHANGED
from controller.store.queries_alerts import all_alerts, open_alerts
from controller.store.queries_file_events import Place, changed_since
from controller.web.application import create_application
from tests.agent.integrity.ransom.forms import seeded
from tests.controller.speaking import NETLOC, Clock, SpokenHost
from tests.controller.watched_files import WATCHED, EventChain
from wire.acts import SystemAdded
from wire.verdicts import Regime

ON_DUTY = range(7, 17)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Told:
    """What nothing explains, by minute: files, and when."""

    files: dict[datetime, int] = field(default_factory=dict)
    changes: int = 0
    _waiting: tuple[Seen, ...] = ()
    _storms: StormMemory = field(default_factory=StormMemory)

    def hear(self, seen: tuple[Seen, ...]) -> None:
        self.changes += len(seen)
        self.explain((*self._waiting, *seen), seen[-1].at)

    def explain(self, waiting: tuple[Seen, ...], now: datetime) -> None:
        explained = explain(waiting, Context(now, storms=self._storms))
        self._waiting, self._storms = explained.still_waiting, explained.storms
        for entry in explained.events:
            if not entry.event.explained_by:
                minute = entry.event.at.replace(second=0, microsecond=0)
                self.files[minute] = self.files.get(minute, 0) + entry.event.files

    def end(self, now: datetime) -> None:
        self.explain(self._waiting, now + HOUR)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--facilities", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        told = work(Path(folder) / "share", given.days, given.files)
        total = sum(told.files.values())
        print(f"{given.days} benign days: {told.changes} changes, {total} files unexplained")
        raised = {}
        for alert, at_work in (("changes", False), ("attacks", True)):
            raised[alert], kept = alerts(Path(folder) / alert, told, at_work=at_work)
            a_day = raised[alert] / given.days
            print(
                f"alert: {alert}: {raised[alert]} alerts, {a_day:.1f} a day,"
                f" {a_day * given.facilities:.0f} a day from {given.facilities} such shares;"
                f" on the timeline {kept} of {total} files"
            )
            if kept != total:
                print("MISSED: not every change is on the timeline")
                return 1
    good = not raised["attacks"] and raised["changes"] <= given.days * (len(ON_DUTY) + 1)
    print(
        f"ratio {raised['attacks'] / max(1, raised['changes']):.2f}:",
        "reached" if good else "MISSED",
    )
    return 0 if good else 1


def work(root: Path, count: int, files: int) -> Told:
    """The days, as they are explained."""
    root.mkdir()
    fill(root / "share", files, seeded(2))
    told = Told()
    share = Share(root / "share", root / "state", hear=told.hear)
    for number, day in enumerate(days(count, 1), start=1):
        share.pass_by((7 * HOUR).total_seconds())  # nobody works at night
        day.run(Benign(share, seeded(1_000 + number), number))
        share.settle()
    told.end(share.clock.now())
    share.close()
    return told


def alerts(home: Path, told: Told, *, at_work: bool) -> tuple[int, int]:
    """How many were raised, and how many files are kept."""
    clock = Clock()
    config = ControllerConfig(province="GL", name="Sở Y tế", url=f"https://{NETLOC}")
    clock.at = min(told.files) - HOUR
    province = initialise(home_at(home), config, clock).province
    add_facility(province, "bench", "BV", "Bệnh viện")
    add_system(province, "bench", SystemAdded("BV", "FS", "Tệp", Regime.ND331, 3, 86_400.0))
    token = create_token(province, "bench", "BV", ("FS",), HOUR).line
    with TestClient(create_application(province), base_url=f"https://{NETLOC}") as client:
        host = SpokenHost(client, clock).enrol(token)
        host.send(host.opening())
        _tell(province, host, clock, told, at_work=at_work)
    with province.database.reading() as connection:
        raised = sum(alert.kind == FILES_CHANGED for alert in all_alerts(connection))
        kept = changed_since(connection, Place("BV", host.agent, WATCHED), 0)
    province.database.close()
    return raised, kept


def _tell(province: Province, host: SpokenHost, clock: Clock, told: Told, *, at_work: bool) -> None:
    chain, looked_at = EventChain(), clock()
    for minute, files in sorted(told.files.items()):
        while looked_at + HOUR <= minute:
            looked_at = clock.at = looked_at + HOUR
            _look(province, host, clock)
        clock.at = max(clock.at, minute)
        event = replace(chain.event(minute), count=files, counts={"modified": files})
        answer = host.send(host.statement(replace(chain.say(event), at_work=at_work)))
        if answer.json()["refused"]:
            raise SystemExit(answer.text)


def _look(province: Province, host: SpokenHost, clock: Clock) -> None:
    """The watch of the controller, and whoever is on duty."""
    host.heartbeat()
    watch(province, clock())
    if clock().hour not in ON_DUTY:
        return
    with province.database.reading() as connection:
        found = [one for one in open_alerts(connection) if one.kind == FILES_CHANGED]
    for alert in found:
        acknowledge(province, "lan", alert.alert_id)


if __name__ == "__main__":
    sys.exit(main())
