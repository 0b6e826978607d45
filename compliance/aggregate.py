"""Scores of many systems together: of a facility, of a province.

A system weighs its level: level 3 counts three times as much as level 1, for the law's levels
themselves measure the harm. A facility or province is the weighted mean over its systems, never
a mean of means, so that splitting a facility in two changes nothing. A system without a score
is in no mean; it is counted beside it, and its rows count as not covered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from compliance.logged import SystemKey
from compliance.score import rounded

_PLACES = 10_000  # what scores are rounded to


@dataclass(frozen=True, slots=True)
class SystemResult:
    """What is known of one system's score; None: no catalogue, or nothing applies."""

    system: SystemKey
    level: int
    value: float | None = None
    raw: float | None = None
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Several systems; `value` and `raw` are means of those that have one."""

    value: float | None
    raw: float | None
    coverage: float  # over all systems: one without a score covers nothing
    scored: int
    unscored: int
    lowest: SystemKey | None  # the scored system that needs help first


def aggregate(results: Iterable[SystemResult]) -> Aggregate:
    """The systems of one facility, or of a whole province, in any order."""
    systems = sorted(results, key=lambda result: result.system)
    scored = [result for result in systems if result.value is not None]
    return Aggregate(
        value=_mean(systems, lambda result: result.value),
        raw=_mean(systems, lambda result: result.raw),
        coverage=_mean(systems, lambda result: result.coverage) or 0.0,
        scored=len(scored),
        unscored=len(systems) - len(scored),
        lowest=min(scored, key=_need).system if scored else None,
    )


def by_facility(results: Iterable[SystemResult]) -> dict[str, Aggregate]:
    """Each facility's own aggregate, by code."""
    places: dict[str, list[SystemResult]] = {}
    for result in results:
        places.setdefault(result.system.facility, []).append(result)
    return {facility: aggregate(places[facility]) for facility in sorted(places)}


def _mean(
    results: Sequence[SystemResult], of: Callable[[SystemResult], float | None]
) -> float | None:
    """In whole numbers: scores have four decimals, and any order of adding gives the same bits."""
    total, weight = 0, 0
    for result in results:
        share = of(result)
        if share is not None:
            total += result.level * round(share * _PLACES)
            weight += result.level
    return rounded(Fraction(total, weight * _PLACES)) if weight else None


def _need(result: SystemResult) -> tuple[float, int, SystemKey]:
    """The lowest score; of equal ones the highest level."""
    return result.value or 0.0, -result.level, result.system
