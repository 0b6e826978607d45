"""Seals what retention removed, or what kept it from removing."""

from agent.backup.retention.retaining import Retained
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.uplink.secrets import SNAPSHOT
from wire.messages import Retention

REMOVED, REFUSED = "removed", "refused"


def tell_retained(app: App, retained: Retained, by: str) -> None:
    """Nothing is said of a dry run, nor of a look after which nothing had to go."""
    if retained.dry_run or retained.plan is None:
        return
    plan = retained.plan
    kept_from = bool(retained.obstacles) or plan.disagreed or retained.cause is not None
    if not retained.removed and not retained.freed and not (plan.go and kept_from):
        return
    done = retained.removed or retained.freed
    tell(
        app,
        Retention(
            action=REMOVED if done else REFUSED,
            at=retained.at,
            site=retained.site,
            by=by,
            points=len(retained.removed) if done else len(plan.go),
            left=len(plan.stay),
            strange=plan.strange,
            freed=retained.freed,
            obstacles=tuple(one.value for one in retained.obstacles),
            cause=retained.cause,
            snapshots=tuple(app.pseudonyms.of(SNAPSHOT, one) for one in retained.removed),
        ),
    )
