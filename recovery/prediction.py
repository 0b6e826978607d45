"""How long a whole recovery will take, from drills that were measured, with an upper bound.

Each past drill predicts for itself: its fixed phases as they were, its other phases grown with
the larger of bytes and files. The middle one is expected, the slowest with a margin is the bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import linear_regression, median

OBJECTIVE = timedelta(hours=24)  # of provincial plans and ministry guidance; no statutory figure
FIXED_PHASES = frozenset({"prepare", "open", "find", "probe"})  # a phase not named here grows
AFTERWARDS = frozenset({"clean_up"})  # the data is back before it
_MARGINS = {1: 2.0, 2: 1.5}  # few measurements, wide margin: rules of thumb
_MARGIN = 1.25
_FORESIGHT_DAYS = 3650.0


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is to be brought back."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Run:
    """One measured restore from one site: what came back, and seconds by phase."""

    volume: Volume
    phases: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds until the data is back. `runs` counts the measurements behind it."""

    expected_s: float
    upper_s: float
    runs: int

    def breaks(self, objective: timedelta = OBJECTIVE) -> bool:
        """Judged by the upper bound: an objective that may be missed is not met."""
        return self.upper_s > objective.total_seconds()


def recovery_time_s(phases: Mapping[str, float]) -> float:
    """From the order to the compared data; tidying up afterwards does not count."""
    return sum(seconds for phase, seconds in phases.items() if phase not in AFTERWARDS)


def predict(runs: Iterable[Run], target: Volume) -> Prediction | None:
    """Predict for one site, from its own runs. None: nothing was measured that could tell."""
    times = [seconds for run in runs if (seconds := _scaled_s(run, target)) is not None]
    if not times:
        return None
    margin = _MARGINS.get(len(times), _MARGIN)
    return Prediction(median(times), max(times) * margin, len(times))


def in_turn(predictions: Sequence[Prediction]) -> Prediction | None:
    """Several datasets of one system, one after the other."""
    if not predictions:
        return None
    return Prediction(
        sum(part.expected_s for part in predictions),
        sum(part.upper_s for part in predictions),
        min(part.runs for part in predictions),
    )


def objective_breaks_at(
    sizes: Sequence[tuple[datetime, Volume]],
    runs: Sequence[Run],
    objective: timedelta = OBJECTIVE,
) -> datetime | None:
    """When growth at the measured pace takes the upper bound past the objective.

    Args:
        sizes: the dataset's volume at past moments; the newest is the present one.
        runs: measured restores.
        objective: the time allowed.

    Returns:
        The newest moment itself when it is already past; None when it does not grow there
        within ten years, or when nothing can be told.
    """
    if not sizes or not runs:
        return None
    newest_at, newest = max(sizes, key=lambda point: point[0])
    present = predict(runs, newest)
    if present is None:
        return None
    if present.breaks(objective):
        return newest_at
    days = _days_until(sizes, newest_at, runs, objective)
    return None if days is None else newest_at + timedelta(days=days)


def _scaled_s(run: Run, target: Volume) -> float | None:
    """What this run says of the target; a run that brought nothing back says nothing."""
    if run.volume.files <= 0 or run.volume.bytes <= 0:
        return None
    scale = max(target.files / run.volume.files, target.bytes / run.volume.bytes)
    total = recovery_time_s(run.phases)
    fixed = sum(seconds for phase, seconds in run.phases.items() if phase in FIXED_PHASES)
    return fixed + (total - fixed) * scale


def _days_until(
    sizes: Sequence[tuple[datetime, Volume]],
    newest_at: datetime,
    runs: Sequence[Run],
    objective: timedelta,
) -> float | None:
    """The upper bound grows as the volume does: a line through what it would have been."""
    bounds = [(at, predict(runs, volume)) for at, volume in sizes]
    points = [
        ((at - newest_at) / timedelta(days=1), bound.upper_s) for at, bound in bounds if bound
    ]
    if len({day for day, _ in points}) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    slope, intercept = linear_regression(*zip(*points, strict=True))
    if slope <= 0:
        return None
    days = max(0.0, (objective.total_seconds() - intercept) / slope)
    return days if days <= _FORESIGHT_DAYS else None
