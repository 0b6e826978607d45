"""What lies at the place now and is newer than the point: told before anything is done."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.backup.restore.listing import Listing

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Live:
    """Files there now: all, those changed since the point, those that the point does not hold."""

    files: int = 0
    newer: int = 0
    only_here: int = 0
    newest_at: datetime | None = None
    unread: int = 0  # folders that could not be looked into


def look(live: Path, listing: Listing, point_at: datetime) -> Live:
    """Compare by name and time of change; contents are not read."""
    held = {node.path for node in listing.nodes}
    since = int(point_at.timestamp() * _NANOSECONDS)
    files = newer = only_here = newest = 0
    troubles: list[OSError] = []
    for path, seen in _files(live, troubles):
        files += 1
        inner = listing.inner.rstrip(b"/") + path
        newest = max(newest, seen.st_mtime_ns)
        newer += seen.st_mtime_ns > since
        only_here += inner.decode("utf-8", "replace") not in held
    newest_at = datetime.fromtimestamp(newest / _NANOSECONDS, UTC) if newest else None
    return Live(files, newer, only_here, newest_at, len(troubles))


def _files(live: Path, troubles: list[OSError]) -> Iterator[tuple[bytes, os.stat_result]]:
    """Regular files with their path below `live` (empty for a file itself)."""
    top = os.fsencode(live)
    seen = _seen(top)
    if seen is not None and stat.S_ISREG(seen.st_mode):
        yield b"", seen
    for place, _, names in os.walk(top, onerror=troubles.append):
        for name in names:
            path = os.path.join(place, name)  # noqa: PTH118 - bytes
            seen = _seen(path)
            if seen is not None and stat.S_ISREG(seen.st_mode):
                yield path[len(top) :], seen


def _seen(path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:  # it has just vanished
        return None
