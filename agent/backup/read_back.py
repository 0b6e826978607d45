"""Reads back what the sites hold: only what a site itself shows becomes a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from agent.backup import naming
from agent.backup.holding import Holding, ask
from agent.backup.records.records import Point
from agent.backup.retention.retaining import account
from agent.backup.retention.taken import take_in
from agent.backup.spreading import Committed, Spread, Spreader
from agent.backup.verification.persisting import persist
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.output import Snapshot
from agent.restic.parallel import together
from wire.verdicts import Cause


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be found at a site: the point, and the companion as the first site shows it."""

    dataset: str
    origin: str  # the point's id where it was made
    first: Snapshot | None  # the point as the first site shows it
    manifest: str | None
    companion: Snapshot | None


def read_back(spreader: Spreader, spread: Spread, committed: Committed | None) -> None:
    """Ask all sites at once, by full id, for the point and its companion."""
    course, records = spreader.course, spreader.records
    seen = committed.at_first if committed else None
    with course.phase("read_back"):
        asked = together(
            spread.first.restic.stopper,
            [
                partial(_ask, spreader, one.restic)
                for one in spread.all
                if course.usable(one.site.name) and (seen is None or seen.site != one.site.name)
            ],
        )
    asked.append(seen)
    holdings = [holding for holding in asked if holding is not None]
    wanted = expected(holdings, spread, committed)
    restics = {one.site.name: one.restic for one in spread.all}
    for holding in holdings:
        course.attempt(holding.site, partial(_account, spreader, holding, restics[holding.site]))
        point = course.attempt(holding.site, partial(point_of, holding, wanted))
        if point is not None:
            records.add_point(point)


def _account(spreader: Spreader, holding: Holding, restic: Restic) -> None:
    """What is gone from a site: retention took it, here or at the maintenance host, or it is lost.

    Notes that cannot be read now explain nothing and accuse nobody: it is asked again.
    """
    trust = spreader.trusts.get(holding.site)
    if trust is not None:
        take_in(restic, holding.snapshots, spreader.records, trust, holding.read_at)
    account(spreader.records, holding.site, holding.snapshots, holding.read_at)


def _ask(spreader: Spreader, restic: Restic) -> Holding | None:
    return spreader.course.attempt(
        restic.site, lambda: persist((restic,), lambda: ask(restic, spreader.clock))
    )


def expected(holdings: Sequence[Holding], spread: Spread, committed: Committed | None) -> Expected:
    at_first = next((one for one in holdings if one.site == spread.first.site.name), None)
    return Expected(
        dataset=spread.dataset,
        origin=spread.saved.id,
        first=at_first.named(spread.saved.id) if at_first else None,
        manifest=committed.manifest.manifest if committed else None,
        companion=at_first.named(committed.companion) if at_first and committed else None,
    )


def point_of(holding: Holding, wanted: Expected) -> Point:
    """The record of the point as this site shows it. Pure.

    Raises:
        ResticError: it is not there (NOT_READ_BACK), or is another tree (CONTENT_DIFFERS).
    """
    found = next((one for one in holding.snapshots if one.origin == wanted.origin), None)
    if found is None:
        raise _fault(Cause.NOT_READ_BACK, holding.site, "the new point is not there")
    if wanted.first is not None and (found.tree, found.at) != (wanted.first.tree, wanted.first.at):
        raise _fault(Cause.CONTENT_DIFFERS, holding.site, "the new point is another tree here")
    companion = companion_of(holding, wanted)
    return Point(
        site=holding.site,
        snapshot=found.id,
        dataset=wanted.dataset,
        tree=found.tree,
        snapshot_at=found.at,
        read_back_at=holding.read_at,
        companion=companion.id if companion else None,
        companion_at=holding.read_at if companion else None,
    )


def companion_of(holding: Holding, wanted: Expected) -> Snapshot | None:
    """The companion here: of this manifest, and with the very tree that the first site shows."""
    if wanted.companion is None or wanted.manifest is None:
        return None
    for one in holding.snapshots:
        if naming.holds_manifest(one, wanted.manifest) and one.tree == wanted.companion.tree:
            return one
    return None


def _fault(cause: Cause, site: str, says: str) -> ResticError:
    return ResticError(cause, site=site, verb="snapshots", says=says)
