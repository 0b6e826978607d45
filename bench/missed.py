"""How late a missed backup is alarmed, for 200 facilities, with stored evidence and a real clock.

A province on SQLite with signed, chained statements of two datasets of each facility, taken in by
the controller's own use cases. A third of the hosts is dead; a third lives and says in each
heartbeat that its backup still runs (it hangs); a third lives and does nothing. The deadlines lie
spread over a minute and a half. The threads are those of `serve`; all systems are scored meanwhile.

Afterwards it is killed and begins again: what passed while it was off must be alarmed, too.

    python bench/missed.py [FACILITIES]
"""

import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from province_hosts import DEAD, HANGS, Host, make_host, statements

from controller.app import initialise, keep_scores, keep_watch, utc_now
from controller.config.home import home_at
from controller.config.model import ControllerConfig, Watch
from controller.fleet.province import Province
from controller.fleet.watch import watch
from controller.store.queries_alerts import Alert, all_alerts

LIMIT_S = 60.0
LEAD, SPREAD = timedelta(seconds=20), timedelta(seconds=90)
_BEAT_S = 20.0


def tell_everything(
    host: Host, deadlines: dict[tuple[str, str], datetime], begin: datetime
) -> None:
    due = tuple(
        begin + LEAD + SPREAD * (((host.number * 2 + which) * 37 % 1000) / 1000)
        for which in range(2)
    )
    for which, moment in enumerate(due):
        deadlines[(host.agent, host.dataset(which))] = moment
    host.send(*statements(host, due))


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        config = ControllerConfig(
            province="GL",
            name="GL",
            url="https://127.0.0.1:8443",
            watch=Watch(score_every_min=1),
        )
        province = initialise(home_at(Path(folder) / "home"), config, utc_now).province
        good = measure(province, wanted)
        province.database.close()
    sys.exit(0 if good else 1)


def measure(province: Province, wanted: int) -> bool:
    begun = time.perf_counter()
    hosts = [make_host(province, number) for number in range(wanted)]
    deadlines: dict[tuple[str, str], datetime] = {}
    # the moment from which deadlines count lies after everything was told
    begin = utc_now() + timedelta(seconds=0.12 * wanted)
    for host in hosts:
        tell_everything(host, deadlines, begin)
    took = time.perf_counter() - begun
    print(f"facilities:            {wanted}, datasets {len(deadlines)}, told in {took:.0f} s")
    print(f"one look, all good:    {one_look(province):.2f} s")
    off_from, off_until = begin + LEAD + SPREAD * 0.6, begin + LEAD + SPREAD + timedelta(seconds=5)
    serve(province, hosts, off_from)
    sleep_until(off_until)
    print(f"it was off for         {(off_until - off_from).total_seconds():.0f} s")
    restarted = utc_now()
    serve(province, hosts, restarted + timedelta(seconds=LIMIT_S))
    return report(province, hosts, deadlines, restarted)


def one_look(province: Province) -> float:
    begun = time.perf_counter()
    watch(province, served_since=utc_now())
    return time.perf_counter() - begun


def serve(province: Province, hosts: list[Host], until: datetime) -> None:
    """The threads of `serve`, and the living hosts' heartbeats, until a moment."""
    ended = threading.Event()
    work = [
        threading.Thread(target=keep, args=(province, ended)) for keep in (keep_watch, keep_scores)
    ]
    for thread in work:
        thread.start()
    while utc_now() < until:
        for host in hosts:
            if host.state != DEAD and utc_now() < until:
                host.beat()
        ended.wait(min(_BEAT_S, max(0.0, (until - utc_now()).total_seconds())))
    ended.set()
    for thread in work:
        thread.join()


def sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - utc_now()).total_seconds()))


def report(
    province: Province,
    hosts: list[Host],
    deadlines: dict[tuple[str, str], datetime],
    restarted: datetime,
) -> bool:
    with province.database.reading() as connection:
        alerts = [alert for alert in all_alerts(connection) if alert.kind == "BACKUP_MISSED"]
    raised = {(alert.agent, alert.subject): alert for alert in alerts}
    live, after, early = [], [], 0
    for place, due in deadlines.items():
        alert = raised.get(place)
        if alert is None:
            raise SystemExit(f"never alarmed: {place}")
        early += alert.raised_at < due
        if alert.raised_at < restarted:
            live.append((alert.raised_at - due).total_seconds())
        else:
            after.append((alert.raised_at - max(due, restarted)).total_seconds())
    said = Counter(detail_of(alert, hosts) for alert in alerts)
    worst = max(live, default=0.0), max(after, default=0.0)
    print(f"alarmed:               {len(raised)} of {len(deadlines)}, too early: {early}")
    for name, late, slowest in (
        ("while served", live, worst[0]),
        ("after restart", after, worst[1]),
    ):
        ratio = slowest / LIMIT_S
        print(f"{name + ':':22} {len(late)}, worst delay {slowest:.1f} s, ratio {ratio:.2f}")
    print(f"what they say besides: {dict(sorted(said.items()))}")
    right = all(said[key] == 0 for key in said if key.startswith("WRONG"))
    return not early and max(worst) <= LIMIT_S and right


def detail_of(alert: Alert, hosts: list[Host]) -> str:
    """STILL_RUNNING exactly where the host says so."""
    host = next(host for host in hosts if host.agent == alert.agent)
    running = host.state == HANGS and alert.subject == host.dataset(0)
    wrong = running != (alert.detail == "STILL_RUNNING")
    return f"WRONG {alert.detail}" if wrong else alert.detail


if __name__ == "__main__":
    main()
