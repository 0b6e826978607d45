"""Whether the watching process lives, by the marks that it leaves: light enough for a heartbeat."""

import time
from datetime import UTC, datetime, timedelta

from agent.daemon.app import App
from agent.daemon.lock_names import WATCH
from agent.integrity.live.alive import MARK_FILE, Mark, MarkFile
from agent.state.lock import holder

_SILENT_AFTER = timedelta(minutes=2)  # a mark is made every few seconds


def last_mark(app: App) -> Mark | None:
    """None: there never was one, or it cannot be understood."""
    return MarkFile(app.home.state_dir / MARK_FILE).read()


def living_mark(app: App) -> Mark | None:
    """The newest one, if the process lives and has said so lately."""
    mark = last_mark(app)
    if mark is None or mark.orderly or holder(app.home, WATCH) is None:
        return None
    return mark if timedelta() <= _age(app, mark) <= _SILENT_AFTER else None


def _age(app: App, mark: Mark) -> timedelta:
    """How old a mark is; on the same boot no clock that was set can say otherwise."""
    if mark.boot_id == app.boot_id:
        up_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return timedelta(microseconds=(up_ns - mark.boot_ns) // 1000)
    return abs(app.clock.now() - moment_of(mark.wall_ns))


def moment_of(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / 1e9, UTC)
