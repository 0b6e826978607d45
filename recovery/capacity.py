"""In how many days a site will be full, from its own history. Pure.

The rate is the median of the slopes between all pairs of measurements (Theil and Sen): a few odd
ones do not move it. Of the long and the recent history the faster counts: a warning may come too
early, never too late.

Source: P. K. Sen, Estimates of the Regression Coefficient Based on Kendall's Tau, JASA 1968.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

ALARM_DAYS = 14
LONG, RECENT = timedelta(days=60), timedelta(days=7)
_LEAST_SPAN = timedelta(days=2)
_LEAST_MEASUREMENTS = 3
_MOST_MEASUREMENTS = 200
_DAY_S = 86_400.0
_ALWAYS_NEEDED_BYTES = 96 << 20  # restic writes six packs at a time
_SHARE_OF_DATASET = 100
NEVER_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Measured:
    """One look at the room of a site."""

    at: datetime
    stored_bytes: int | None
    free_bytes: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected. None: it cannot be told, which is not good news."""

    full_in_days: int | None
    growth_bytes_a_day: float | None
    free_bytes: int | None
    next_run_fits: bool | None

    @property
    def alarming(self) -> bool:
        soon = self.full_in_days is not None and self.full_in_days <= ALARM_DAYS
        return soon or self.next_run_fits is False


def outlook(history: Sequence[Measured], largest_dataset_bytes: int, now: datetime) -> Outlook:
    """Predict from what was measured; the newest measurement says how much is free."""
    known = sorted(
        (one.at, one.free_bytes) for one in history if one.free_bytes is not None and one.at <= now
    )
    if not known:
        return Outlook(None, None, None, None)
    free = known[-1][1]
    fits = free >= next_run_bytes(known, largest_dataset_bytes)
    rates = [rate for span in (LONG, RECENT) if (rate := _rate(known, span, now)) is not None]
    if not rates:
        return Outlook(0 if free == 0 else None, None, free, fits)
    growth = max(rates)
    since = (now - known[-1][0]) / timedelta(days=1)  # it has gone on filling meanwhile
    days = int(free / growth - since) if growth > 0 else NEVER_DAYS
    return Outlook(max(0, min(days, NEVER_DAYS)), growth, free, fits)


def next_run_bytes(known: Sequence[tuple[datetime, int]], largest_dataset_bytes: int) -> int:
    """What the next run may need: as much as was ever used between two looks, or a hundredth."""
    steps = [before[1] - after[1] for before, after in pairwise(known)]
    return max(_ALWAYS_NEEDED_BYTES, largest_dataset_bytes // _SHARE_OF_DATASET, *steps, 0)


def _rate(known: Sequence[tuple[datetime, int]], span: timedelta, now: datetime) -> float | None:
    """Bytes a day by which what is free shrinks; None: too few measurements to tell."""
    recent = [one for one in known if now - one[0] <= span][-_MOST_MEASUREMENTS:]
    if len(recent) < _LEAST_MEASUREMENTS or recent[-1][0] - recent[0][0] < _LEAST_SPAN:
        return None
    slopes = [
        (earlier[1] - later[1]) / ((later[0] - earlier[0]).total_seconds() / _DAY_S)
        for position, later in enumerate(recent)
        for earlier in recent[:position]
        if later[0] > earlier[0]
    ]
    return median(slopes) if slopes else None
