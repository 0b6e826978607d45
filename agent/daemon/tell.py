"""Seals a statement about this host, and names what was lost before."""

from msgspec import Struct

from agent.daemon.app import App
from agent.state import gaps
from wire.messages import Gap


def tell(app: App, body: Struct, systems: tuple[str, ...] | None = None) -> int:
    """Seal a statement; without `systems` it is about all systems of this host."""
    return app.outbox.seal(body, app.systems if systems is None else systems)


def tell_gaps(app: App) -> int:
    """Say every loss of state that no statement has named yet; return how many."""
    waiting = gaps.waiting(app.home)
    for gap in waiting:
        body = Gap(subject=f"state.{gap.purpose}", reason=gap.reason, to_at=gap.at)
        tell(app, body)
        gaps.said(app.home, 1)
    return len(waiting)
