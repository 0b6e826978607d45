"""How fast events are stored, read and proved, beside SQLite alone with the same bytes.

    python bench/events.py [--events 20000]

Figures to reach: 100 events in one transaction < 20 ms (the median of all transactions).
"""

import argparse
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.integrity.events.event import Entry, Event, EventFilter, EventKind
from agent.integrity.events.store import EventStore, open_events
from agent.integrity.who.record import Who

BATCH, LIMIT_MS = 100, 20.0
WHO = Who(uid=1001, login_uid=1001, pid=4711, exe="/usr/bin/vim", command="vim thuốc.txt")
BEGIN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    number = parser.parse_args().events
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-"))
    try:
        with open_events(home_at(folder), b"k" * 32, SystemClock()) as store:
            good = measure(store, folder, number)
    finally:
        shutil.rmtree(folder)
    raise SystemExit(0 if good else 1)


def measure(store: EventStore, folder: Path, number: int) -> bool:
    batches = [
        [Entry(_event(first + place)) for place in range(BATCH)]
        for first in range(0, number, BATCH)
    ]
    ours = [_timed(lambda batch=batch: store.append(batch, 1)) for batch in batches]
    bare = _bare(folder, [[entry.event.path * 8 for entry in batch] for batch in batches])
    middle, peer = statistics.median(ours) * 1000, statistics.median(bare) * 1000
    print(
        f"{BATCH} events in one transaction: {middle:.1f} ms (median of {len(ours)}), worst"
        f" {max(ours) * 1000:.1f} ms, limit {LIMIT_MS:.0f} ms, ratio {middle / LIMIT_MS:.2f};"
        f" SQLite alone {peer:.1f} ms, {middle / peer:.1f} x"
    )
    chosen = EventFilter(below=b"/srv/share/khoa-noi/7.txt")
    for name, work in (
        ("proved", store.proof),
        ("filtered", lambda: store.reader.events(chosen)),
        ("newest 50", lambda: store.reader.events(most=50)),
    ):
        took = _timed(work)
        print(f"{name}: {took * 1000:.0f} ms of {number} events, {took / number * 1e6:.1f} µs each")
    return middle < LIMIT_MS


def _event(number: int) -> Event:
    return Event(
        number=0,
        at=BEGIN + timedelta(milliseconds=number),
        since=None,
        watched=b"/srv/share",
        kind=EventKind.MODIFIED,
        path=b"/srv/share/khoa-noi/%d.txt" % number,
        what=("content", "size", "mtime"),
        size=number,
        who=WHO,
    )


def _bare(folder: Path, batches: list[list[bytes]]) -> list[float]:
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (number INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    def store(batch: list[bytes]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events (body) VALUES (?)", [(one,) for one in batch])
        connection.execute("COMMIT")

    return [_timed(lambda batch=batch: store(batch)) for batch in batches]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
