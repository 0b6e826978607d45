"""What the ledger and the stored events say of a tree, against what is on the disk."""

import os
import time
from pathlib import Path

from agent.clock import SystemClock
from agent.config.home import Home
from agent.files.ledger import open_ledger
from agent.integrity.events.event import CHANGES, Event, EventKind
from agent.integrity.events.reading import EventReader
from agent.integrity.events.store import open_events
from agent.uplink.secrets import facility_keys

_PATIENCE_S = 60.0


def lost_states(home: Home, share: Path) -> int:
    """Paths that the ledger holds otherwise than the disk does."""
    with open_ledger(home, SystemClock()) as ledger:
        known = {
            one.path: (one.mode, 0 if one.is_directory else one.size)
            for one in ledger.entries(share)
        }
    return len({path for path, _ in on_disk(share).items() ^ known.items()})


def untold(home: Home, share: Path) -> int:
    """Paths whose newest stored event says something else than the disk does."""
    told: dict[bytes, int | None] = {}
    for event in single_events(home):
        if event.old_path is not None:
            told[event.old_path] = None
        told[event.path] = None if event.kind is EventKind.REMOVED else event.size
    present = {path: size for path, (_, size) in on_disk(share).items()}
    wrong = {path for path, size in told.items() if (size is None) is not (path not in present)}
    wrong |= {
        path
        for path, size in told.items()
        if size is not None and present.get(path, size) not in (size, 0)
    }
    return len(wrong | (present.keys() - told.keys() - {os.fsencode(share)}))


def settled(home: Home, share: Path) -> float:
    """Seconds until ledger and events say what the disk does, or patience ends."""
    begun = time.monotonic()
    while time.monotonic() - begun < _PATIENCE_S:
        if not lost_states(home, share) and not untold(home, share):
            break
        time.sleep(0.5)
    return time.monotonic() - begun


def single_events(home: Home) -> list[Event]:
    """Every change by itself, those that were told together, too; oldest first."""
    found = [single for event, members in events(home) for single in members or (event,)]
    return sorted(found, key=lambda event: event.at)


def events(home: Home) -> list[tuple[Event, tuple[Event, ...]]]:
    with open_events(home, facility_keys(home, os.urandom).k_f, SystemClock()) as store:
        reader: EventReader = store.reader
        found = [one for one in reader.events() if one.kind in CHANGES]
        return [(one, reader.members(one.number) if one.counts else ()) for one in found]


def on_disk(share: Path) -> dict[bytes, tuple[int, int]]:
    found = {}
    for top, _, files in os.walk(os.fsencode(share)):
        for path in (top, *(top + b"/" + name for name in files)):
            status = os.lstat(path)
            found[path] = (status.st_mode, 0 if path == top else status.st_size)
    return found
