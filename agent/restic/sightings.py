"""Since when each lock of a site has been seen, on our stopwatch; it outlives the process.

After a reboot the stopwatch begins anew, and so does every observation.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from agent.restic.children import boot_id


class _Sightings(Struct, frozen=True):
    boot_id: str
    first_s: dict[str, float]


def note(file: Path, ids: Collection[str], now_s: float) -> dict[str, float]:
    """Take in which locks are there now; return for how long each has been seen.

    What is not there any more is forgotten: ids never come again.
    """
    known = _read(file)
    first_s = {lock_id: min(known.get(lock_id, now_s), now_s) for lock_id in ids}
    if first_s != known:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}")
        new.write_bytes(msgspec.json.encode(_Sightings(boot_id(), first_s)))
        new.replace(file)
    return {lock_id: now_s - since_s for lock_id, since_s in first_s.items()}


def strangers_lock_removed(file: Path, at: datetime) -> None:
    """Said before it is done: a lock that nobody of ours held was taken for dead."""
    beside = file.with_suffix(".removed")
    beside.write_text(at.isoformat())


def strangers_lock_removed_at(file: Path) -> datetime | None:
    """The last time. None: never, as far as can be read."""
    try:
        return datetime.fromisoformat(file.with_suffix(".removed").read_text())
    except (OSError, ValueError):
        return None


def _read(file: Path) -> dict[str, float]:
    """A file that cannot be read only costs time: the locks are watched from now on."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_Sightings)
    except (OSError, msgspec.MsgspecError):
        return {}
    return found.first_s if found.boot_id == boot_id() else {}
