"""Makes a result of what the records say."""

from dataclasses import replace
from datetime import datetime

from agent.backup import facts
from agent.backup.course import Course
from agent.backup.protection import protection_of
from agent.backup.records.records import Point, Records
from agent.backup.result import DatasetResult, Outcome, SiteResult
from agent.config.model import Dataset
from agent.sites.door import SiteDoor
from recovery import backup_verdict
from wire.verdicts import Cause, Consistency


def result_of(
    records: Records,
    dataset: Dataset,
    sites: tuple[SiteDoor, ...],
    now: datetime,
    outcome: Outcome,
) -> DatasetResult:
    """Judge a dataset from the records: the same after a run and in between."""
    known = facts.dataset_facts(records, dataset, sites, now)
    point = _newest(records, dataset.name, sites)
    manifest = records.manifest_of(dataset.name, point.tree) if point else None
    return DatasetResult(
        dataset=dataset,
        judged_at=now,
        judgement=backup_verdict.judge(known, now),
        facts=known,
        sites=tuple(
            _site(records, dataset.name, site, copy.cause, now)
            for site, copy in zip(sites, known.copies, strict=True)
        ),
        outcome=outcome,
        manifest=manifest,
        consistency=_consistency(records, dataset) if point else None,
    )


def _consistency(records: Records, dataset: Dataset) -> Consistency | None:
    """How the parts of the data belong together; files lie each at its own moment."""
    if dataset.paths:
        return Consistency.CRASH_CONSISTENT
    made = records.productions(dataset.name).newest_first(1)
    return made[0].consistency if made else None


def _newest(records: Records, dataset: str, sites: tuple[SiteDoor, ...]) -> Point | None:
    points = [records.newest_point(dataset, site.name) for site in sites]
    return max(
        (point for point in points if point), key=lambda point: point.snapshot_at, default=None
    )


def _site(
    records: Records, dataset: str, site: SiteDoor, cause: Cause | None, now: datetime
) -> SiteResult:
    return SiteResult(
        name=site.name,
        kind=site.kind,
        held_by=site.held_by,
        protection=protection_of(records.site_facts(), site, now),
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
