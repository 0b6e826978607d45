"""Which point of which site a restore takes: the same rule for every site. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.backup import points
from agent.backup.errors import NoPointError
from agent.backup.holding import Holding
from agent.restic.output import Snapshot


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for: a point by its id, or the newest up to a moment; else the newest."""

    dataset: str
    snapshot: str = ""
    at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """No point was named: the newest that holds what is wanted will do."""
        return not self.snapshot and self.at is None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point at a site, with all that the site listed."""

    site: str
    point: Snapshot
    holding: Holding


def candidates(holdings: Sequence[Holding], choice: Choice, now: datetime) -> list[Candidate]:
    """Each site's point that fits; the newest first, at equal age the near site first."""
    found = [
        Candidate(holding.site, point, holding)
        for holding in holdings
        if (point := _fitting(holding, choice, now)) is not None
    ]
    return sorted(found, key=lambda one: one.point.at, reverse=True)


def _fitting(holding: Holding, choice: Choice, now: datetime) -> Snapshot | None:
    of_dataset = points.points_of(holding.snapshots, choice.dataset)
    try:
        if choice.snapshot:
            return _named(of_dataset, choice, holding.site)
        return points.point_at(of_dataset, choice.at or now, now, holding.site, choice.dataset)
    except NoPointError:
        return None


def _named(of_dataset: Sequence[Snapshot], choice: Choice, site: str) -> Snapshot:
    """A copy answers to the id that it has where it was made, too."""
    copies = [one for one in of_dataset if one.origin.startswith(choice.snapshot)]
    if len(copies) == 1:
        return copies[0]
    return points.point_named(of_dataset, choice.snapshot, site, choice.dataset)


def older(candidate: Candidate, dataset: str, now: datetime) -> list[Candidate]:
    """The site's other points from the newest on, one for each content."""
    seen = {candidate.point.tree}
    found = []
    for point in points.points_of(candidate.holding.snapshots, dataset):
        if point.tree not in seen and point.at <= now:
            seen.add(point.tree)
            found.append(Candidate(candidate.site, point, candidate.holding))
    return found
