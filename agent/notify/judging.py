"""What is wrong with the backups of this host, from what is known of them. Pure.

What may be over with the next run, as a site that is away, is told only once its newest point is
older than the RPO; everything else at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import structs

from agent.notify.trouble import Kind, Trouble
from recovery.backup_verdict import BackupJudgement, SiteJudgement
from recovery.dataset_facts import DatasetFacts
from recovery.deadline import deadline
from wire.verdicts import Cause, Separation

SITES_NEEDED = 2
FIRST_COMPARED_WITHIN = timedelta(hours=24)
_DAMAGE = frozenset({Cause.REPOSITORY_DAMAGED, Cause.CONTENT_DIFFERS, Cause.SNAPSHOTS_VANISHED})
_PASSES = frozenset(  # the next run may find it gone
    {
        Cause.SITE_UNREACHABLE,
        Cause.LOCKED,
        Cause.CANCELLED,
        Cause.RESTIC_FAILED,
        Cause.RESTIC_CRASHED,
        Cause.COULD_NOT_LOOK,
        Cause.STALE,
    }
)
_NOTHING_YET = frozenset({Cause.NEVER_RUN, Cause.NO_SNAPSHOT})


@dataclass(frozen=True, slots=True)
class Watched:
    """One dataset as it is now."""

    name: str
    facts: DatasetFacts
    judgement: BackupJudgement
    planned_at: datetime  # since when it is to be backed up
    running_since: datetime | None = None


def dataset_troubles(each: Watched, now: datetime) -> Iterator[Trouble]:
    """Everything about one dataset that somebody should hear."""
    if any(site.cause is Cause.CLOCK for site in each.judgement.sites):
        yield Trouble(Kind.CLOCK, cause=Cause.CLOCK, datasets=(each.name,))
        return
    due = deadline(each.facts, each.planned_at, now)
    missed = now > due
    if missed:
        yield Trouble(
            Kind.BACKUP_MISSED,
            subject=each.name,
            cause=each.judgement.cause,
            since=due,
            running_since=each.running_since,
        )
    if each.facts.source_cause is not None:
        yield Trouble(Kind.NO_NEW_POINT, subject=each.name, cause=each.facts.source_cause)
    for site in each.judgement.sites:
        yield from _site_trouble(each, site, now, missed=missed)
    yield from _of_the_whole(each, now)


def merged(troubles: Iterable[Trouble]) -> list[Trouble]:
    """One cause at one site is one trouble, however many datasets it touches."""
    together: dict[str, Trouble] = {}
    for trouble in troubles:
        known = together.get(trouble.name)
        names = trouble.datasets if known is None else known.datasets + trouble.datasets
        together[trouble.name] = structs.replace(
            known or trouble, datasets=tuple(dict.fromkeys(names))
        )
    return list(together.values())


def _site_trouble(
    each: Watched, site: SiteJudgement, now: datetime, *, missed: bool
) -> Iterator[Trouble]:
    cause = site.cause
    if cause is None:
        return
    trouble = Trouble(Kind.SITE_FAILS, site=site.site, cause=cause, datasets=(each.name,))
    if cause in _DAMAGE:
        yield structs.replace(trouble, kind=Kind.BACKUP_DAMAGED)
    elif cause in _PASSES or cause in _NOTHING_YET:
        if not missed and _is_late(each, site, now):
            yield trouble
    elif cause is not Cause.UNVERIFIED or _verification_is_late(each.judgement, now):
        yield trouble


def _is_late(each: Watched, site: SiteJudgement, now: datetime) -> bool:
    """Whether this one site's newest point is older than the RPO, or should long be there."""
    age = now - each.planned_at if site.age is None else site.age
    return age > each.facts.rpo


def _verification_is_late(judgement: BackupJudgement, now: datetime) -> bool:
    return judgement.verify_due_at is None or now > judgement.verify_due_at


def _of_the_whole(each: Watched, now: datetime) -> Iterator[Trouble]:
    """What only shows when the sites are seen together."""
    both = Trouble(Kind.NOT_TWO_SITES, datasets=(each.name,))
    if len(each.judgement.sites) < SITES_NEEDED:
        yield structs.replace(both, cause=Cause.NO_SNAPSHOT)
    elif each.facts.separation is Separation.NOT_SEPARATE:
        yield structs.replace(both, cause=Cause.SITES_NOT_SEPARATE)
    elif each.facts.separation is Separation.SUSPECT:
        yield structs.replace(both, cause=Cause.SITES_SUSPECT)
    elif each.facts.separation is None and now - each.planned_at > FIRST_COMPARED_WITHIN:
        yield structs.replace(both, cause=Cause.COULD_NOT_LOOK)
    at_sites = {site.cause for site in each.judgement.sites}
    if each.judgement.cause is Cause.CONTENT_DIFFERS and Cause.CONTENT_DIFFERS not in at_sites:
        yield structs.replace(both, kind=Kind.BACKUP_DAMAGED, cause=Cause.CONTENT_DIFFERS)
