"""What a look is summed up to: ledger, counts, status file."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from agent.sites.janitor.acting import Work
from agent.sites.janitor.judge import ORDINARY, Content, Reason
from agent.sites.janitor.ledger import Event, Ledger, Why
from agent.sites.janitor.memory import Memory, Moment
from agent.sites.janitor.shape import Kind
from agent.sites.janitor.status import DAY_S, FILE, Counts, lines

MAINTENANCE = "maintenance"  # a file that the site's maintenance holds while it works
_EXPLAINS_FOR_S = 1800.0
_WEEK_S = 7 * DAY_S
_OF_CONFIG = (Reason.CONFIG_CHANGED, Reason.CONFIG_GONE)
_OF_ALTERED = (Reason.ALTERED, Reason.MANY_ALTERED)


def expected_head(memory: Memory) -> tuple[int, str] | None:
    """Number and digest of the ledger's last line as it was left."""
    number, _, head = (memory.note("ledger") or "").partition(" ")
    return (int(number), head) if head else None


def note_losses(memory: Memory, ledger: Ledger, now: Moment) -> None:
    """A first look with a memory or ledger that was lost must not sound like a first look."""
    if memory.note("first_at") is None:
        memory.set_note("first_at", str(now.at))
    begun_now = ledger.begun_at == now.at
    ledger_lost = begun_now and ledger.why is not Why.NEW
    memory_lost = memory.fresh and (not begun_now or memory.lost)
    if ledger_lost or memory_lost:
        memory.set_note("lost_at", str(now.at))


def keep_ledger(
    work: Work,
    ledger: Ledger,
    beside: Path,
    dates: Callable[[], dict[str, tuple[float, str]]] | None,
    now: Moment,
) -> None:
    """Write down which snapshots came and went since the last look."""
    there = {
        known.name: known.size
        for known in work.memory.all_of(Kind.SNAPSHOT.value, now)
        if known.content is Content.GOOD
    }
    first = not ledger.snapshots and ledger.begun_at == now.at
    for snapshot in sorted(there.keys() - ledger.present()):
        event = Event.FOUND if first else Event.ARRIVED
        ledger.add(event, now.at, id=snapshot, size=there[snapshot])
    missing = sorted(ledger.present() - there.keys())
    if missing:
        gone = Event.REMOVED if _under_maintenance(beside / MAINTENANCE, now) else Event.GONE
        for snapshot in missing:
            ledger.add(gone, now.at, id=snapshot)
    _write_dates(ledger, dates, now)


def _write_dates(
    ledger: Ledger, dates: Callable[[], dict[str, tuple[float, str]]] | None, now: Moment
) -> None:
    undated = [one for one in ledger.present() if ledger.snapshots[one].dated_at is None]
    if dates is None or not undated:
        return
    known = dates()
    for snapshot in sorted(undated):
        if snapshot in known:
            made_at, tree = known[snapshot]
            ledger.add(Event.DATED, now.at, id=snapshot, dated_at=made_at, tree=tree)


def _under_maintenance(file: Path, now: Moment) -> bool:
    """Somebody with the maintenance key is at work here, or was a moment ago."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return 0 <= now.at - os.fstat(descriptor).st_mtime <= _EXPLAINS_FOR_S
    finally:
        os.close(descriptor)


def counts(work: Work, now: Moment) -> Counts:
    """Pure arithmetic over what is remembered."""
    memory, tally = work.memory, work.tally
    moved = list(work.quarantine.moved())
    day = [one for one in moved if now.at - one.at <= DAY_S]
    week = [one for one in moved if now.at - one.at <= _WEEK_S]
    cut = [one for one in day if one.reason == Reason.CUT]
    locks = [one.at for one in moved if one.reason == Reason.DEAD_LOCK]
    many_cut = len(cut) if len(cut) > work.patience.cut_a_day else 0
    odd = tally.number_told() + tally.stuck
    first_at = float(memory.note("first_at") or now.at)
    keys = list(memory.all_of(Kind.KEY.value, now))
    return Counts(
        objects=sum(memory.count(kind.value) for kind in Kind),
        unread=memory.count_content(Content.UNREAD),
        waiting=sum(tally.waiting.values()),
        told=tally.number_told(),
        stuck=tally.stuck,
        quarantined=len(moved),
        rogue=sum(1 for one in week if one.reason not in ORDINARY) + many_cut + odd,
        rogue_day=sum(1 for one in day if one.reason not in ORDINARY) + many_cut + odd,
        cut_day=len(cut),
        dead_locks_day=sum(1 for at in locks if now.at - at <= DAY_S),
        lock_moved_at=max(locks, default=None),
        altered=sum(1 for one in week if one.reason == Reason.ALTERED)
        + tally.number_told(*_OF_ALTERED),
        locks=memory.count(Kind.LOCK.value),
        keys=len(keys),
        keys_since_first=sum(1 for key in keys if key.seen_at > first_at),
        stored_day_bytes=memory.bytes_since(Kind.PACK.value, max(first_at + 1, now.at - DAY_S)),
        oldest_read_at=memory.oldest_read_at(),
        openable=_openable(work, now),
        config_whole=not tally.number_told(*_OF_CONFIG),
        lost_at=float(lost) if (lost := memory.note("lost_at")) else None,
    )


def _openable(work: Work, now: Moment) -> str:
    digest = hashlib.sha256()
    for kind in (Kind.INDEX, Kind.SNAPSHOT):
        for known in work.memory.all_of(kind.value, now):
            digest.update(f"{known.folder}/{known.name}\n".encode())
    return digest.hexdigest()[:32]


def write_status(beside: Path, said: Counts, ledger: Ledger, now: Moment) -> None:
    """All of it or the one before."""
    new = beside / f"{FILE}.new"
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    new.write_text(lines(said, ledger, now.at))
    new.replace(beside / FILE)
