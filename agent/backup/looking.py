"""Reads back what the sites hold, and makes a result of what the records say."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from agent.backup import facts
from agent.backup import read_back as reading_back
from agent.backup.course import Course
from agent.backup.records import Point, Records
from agent.backup.result import DatasetResult, Outcome, SiteResult
from agent.backup.spreading import Committed, Spread
from agent.clock import Clock
from agent.config.model import Dataset
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.output import Snapshot
from agent.restic.parallel import together
from agent.sites.door import SiteDoor
from recovery import backup_verdict
from wire.verdicts import Cause


def read_back(
    records: Records, clock: Clock, course: Course, spread: Spread, committed: Committed | None
) -> None:
    """Ask all sites at once for the point and its companion; what they show becomes a record."""
    dataset = spread.subject.dataset
    sites = [one for one in (spread.first, *spread.others) if course.usable(one.site)]
    with course.phase("read_back"):
        asked = together(spread.first.stopper, [partial(_ask, one, clock, course) for one in sites])
    holdings = [holding for holding in asked if holding is not None]
    companion = _companion(holdings, spread.first.site, committed)
    for holding in holdings:
        point = course.attempt(
            holding.site, partial(_point, holding, dataset, spread.subject.snapshot, companion)
        )
        gone = reading_back.vanished(holding, records.points(dataset, holding.site))
        if gone:
            course.note(holding.site, Cause.SNAPSHOTS_VANISHED)
            records.drop_points(holding.site, gone)
        if point is not None:
            records.add_point(point)


def _ask(restic: Restic, clock: Clock, course: Course) -> reading_back.Holding | None:
    found = course.attempt(restic.site, lambda: reading.snapshots(restic))
    return None if found is None else reading_back.Holding(restic.site, found, clock.now())


def _companion(
    holdings: list[reading_back.Holding], first: str, committed: Committed | None
) -> Snapshot | None:
    """The companion as the first site shows it; the others must show the same."""
    if committed is None:
        return None
    for holding in holdings:
        for snapshot in holding.snapshots:
            if holding.site == first and snapshot.id == committed.companion:
                return snapshot
    return None


def _point(
    holding: reading_back.Holding, dataset: str, wanted: Snapshot, companion: Snapshot | None
) -> Point:
    found = reading_back.same_point(holding, wanted)
    if found is None:
        raise ResticError(
            Cause.NOT_READ_BACK, site=holding.site, verb="snapshots", says="the new point is absent"
        )
    here = reading_back.same_point(holding, companion) if companion else None
    return Point(
        site=holding.site,
        snapshot=found.id,
        dataset=dataset,
        tree=found.tree,
        snapshot_at=found.at,
        read_back_at=holding.read_at,
        companion=here.id if here else None,
        companion_at=holding.read_at if here else None,
    )


def result_of(
    records: Records,
    dataset: Dataset,
    sites: tuple[SiteDoor, ...],
    now: datetime,
    outcome: Outcome,
) -> DatasetResult:
    """Judge a dataset from the records: the same after a run and in between."""
    known = facts.dataset_facts(records, dataset, sites)
    point = _newest(records, dataset.name, sites)
    manifest = records.manifest_of(dataset.name, point.tree) if point else None
    return DatasetResult(
        dataset=dataset,
        judged_at=now,
        judgement=backup_verdict.judge(known, now),
        facts=known,
        sites=tuple(
            _site(records, dataset.name, site, copy.cause)
            for site, copy in zip(sites, known.copies, strict=True)
        ),
        outcome=outcome,
        manifest=manifest,
    )


def _newest(records: Records, dataset: str, sites: tuple[SiteDoor, ...]) -> Point | None:
    points = [records.newest_point(dataset, site.name) for site in sites]
    return max(
        (point for point in points if point), key=lambda point: point.snapshot_at, default=None
    )


def _site(records: Records, dataset: str, site: SiteDoor, cause: Cause | None) -> SiteResult:
    return SiteResult(
        name=site.name,
        kind=site.kind,
        held_by=site.held_by,
        protection=site.protection,
        point=records.newest_point(dataset, site.name),
        cause=cause,
        verified_at=records.verified_at(dataset, site.name),
    )


def with_course(result: DatasetResult, course: Course) -> DatasetResult:
    """Add what only the run itself knows: times, and restic's words for a person."""
    sites = tuple(
        replace(site, says=course.troubles[site.name].says)
        if site.name in course.troubles
        else site
        for site in result.sites
    )
    return replace(result, sites=sites, phases=dict(course.phases))
