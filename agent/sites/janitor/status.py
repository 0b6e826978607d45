"""What the janitor says: `key value` lines for the probe key. Counts, times and digests alone."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from agent.sites.janitor.ledger import Ledger

FILE = "status"
HEADS = 64  # so many digests of the ledger are told, for whoever remembers one of them
ARRIVALS = 64
DAY_S = 86_400.0
_FUTURE_S = 600.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What one look came to; `_day` counts the last 24 hours."""

    objects: int = 0
    unread: int = 0
    waiting: int = 0
    told: int = 0  # strange, but left where it is
    stuck: int = 0  # could not be moved
    quarantined: int = 0
    rogue: int = 0  # of those, what no honest writer leaves; with what was told or is stuck
    rogue_day: int = 0
    cut_day: int = 0
    dead_locks_day: int = 0
    lock_moved_at: float | None = None
    altered: int = 0
    locks: int = 0
    keys: int = 0
    keys_since_first: int = 0
    stored_day_bytes: int = 0
    oldest_read_at: float | None = None
    openable: str = ""  # digest over the names of indexes and snapshots: changed, look again
    config_whole: bool = True
    lost_at: float | None = None  # when memory or ledger were found lost


def lines(counts: Counts, ledger: Ledger, at: float) -> str:
    """The whole status; the last line proves that it is whole."""
    told: list[tuple[str, object]] = [
        ("janitor", 1),
        ("janitor_at", int(at)),
        ("janitor_objects", counts.objects),
        ("janitor_unread", counts.unread),
        ("janitor_waiting", counts.waiting),
        ("janitor_told", counts.told),
        ("janitor_stuck", counts.stuck),
        ("janitor_quarantined", counts.quarantined),
        ("janitor_rogue", counts.rogue),
        ("janitor_rogue_day", counts.rogue_day),
        ("janitor_cut_day", counts.cut_day),
        ("janitor_dead_locks_day", counts.dead_locks_day),
        ("janitor_lock_moved_at", _whole(counts.lock_moved_at)),
        ("janitor_altered", counts.altered),
        ("janitor_locks", counts.locks),
        ("janitor_keys", counts.keys),
        ("janitor_new_keys", counts.keys_since_first),
        ("janitor_stored_day_bytes", counts.stored_day_bytes),
        ("janitor_oldest_read_at", _whole(counts.oldest_read_at)),
        ("janitor_set", counts.openable),
        ("janitor_config", "whole" if counts.config_whole else "bad"),
        ("janitor_lost_at", _whole(counts.lost_at)),
        *_of_ledger(ledger, at),
        ("janitor_end", 1),
    ]
    return "".join(f"{key} {value}\n" for key, value in told if value != "")


def _of_ledger(ledger: Ledger, at: float) -> Iterable[tuple[str, object]]:
    known = ledger.snapshots.values()
    number, head = ledger.head
    arrived = sorted((one.arrived_at, one.id) for one in known if one.arrived_at is not None)
    future = [
        one
        for one in known
        if one.gone_at is None
        and one.dated_at is not None
        and one.dated_at > (one.arrived_at or at) + _FUTURE_S
    ]
    yield "janitor_ledger", f"{number} {head}"
    yield "janitor_ledger_begun", f"{int(ledger.begun_at)} {ledger.why.value}"
    yield "janitor_heads", " ".join(ledger.heads[-HEADS:])
    yield "janitor_snapshots", len(ledger.present())
    gone = [one for one in known if one.gone_at is not None and not one.explained]
    yield "janitor_gone", len(gone)
    yield "janitor_gone_day", sum(1 for one in gone if at - (one.gone_at or 0.0) <= DAY_S)
    recently = sorted((one.gone_at or 0.0, one.id) for one in gone)[-ARRIVALS:]
    yield "janitor_gone_ids", " ".join(digest_of(snapshot) for _, snapshot in recently)
    yield "janitor_future", len(future)
    yield "janitor_arrived_day", sum(1 for one in arrived if at - one[0] <= DAY_S)
    recent = (f"{digest_of(snapshot)}:{int(when)}" for when, snapshot in arrived[-ARRIVALS:])
    yield "janitor_arrivals", " ".join(recent)


def digest_of(snapshot_id: str) -> str:
    """How a snapshot is named where its id must not stand."""
    return hashlib.sha256(f"lachan.snapshot\n{snapshot_id}".encode()).hexdigest()[:32]


def _whole(moment: float | None) -> int | str:
    return "" if moment is None else int(moment)
