"""Whether the watching process lives, by the marks that it leaves: light enough for a heartbeat."""

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
    is_fresh = abs(app.clock.now() - moment_of(mark.wall_ns)) <= _SILENT_AFTER
    return mark if is_fresh else None


def moment_of(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / 1e9, UTC)
