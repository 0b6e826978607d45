"""By when a dataset must have a new recovery point: the moment after which its backup is missed.

The owner's RPO decides, not the schedule: a run that came late, failed, hangs or still runs is
one and the same loss, once the newest whole point is older than the RPO.
"""

from datetime import datetime

from recovery.dataset_facts import CopyFacts, DatasetFacts
from recovery.rpo import lies_ahead
from wire.causes import HOLDS_NOTHING


def deadline(facts: DatasetFacts, planned_at: datetime, seen_at: datetime) -> datetime:
    """The start of the newest point to count on, plus the RPO.

    A point counts when its site still holds it whole, and when it is not dated later than the
    moment it was told of: what lies in the future would never grow old. Where points were told
    of and none counts, the deadline is past: the newest of them is lost.

    Args:
        facts: the dataset as last told.
        planned_at: since when it is to be backed up.
        seen_at: when the facts were told; the facts' own clock.
    """
    told = [copy for copy in facts.copies if copy.snapshot_at is not None]
    starts = [at for copy in told if (at := _start(copy, seen_at)) is not None]
    if starts:
        return max(starts) + facts.rpo
    if told:
        return min(seen_at, *(copy.snapshot_at for copy in told if copy.snapshot_at))
    return planned_at + facts.rpo


def _start(copy: CopyFacts, seen_at: datetime) -> datetime | None:
    at = copy.snapshot_at
    if at is None or copy.cause in HOLDS_NOTHING or lies_ahead(at, seen_at):
        return None
    return at
