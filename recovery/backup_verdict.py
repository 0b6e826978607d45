"""Whether a dataset would come back: GREEN, DEGRADED, RED or UNKNOWN, and why (product §3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from recovery.dataset_facts import CopyFacts, DatasetFacts
from recovery.rpo import lies_ahead, recovery_point_age
from wire.causes import COULD_NOT_LOOK, HOLDS_NOTHING, most_serious
from wire.verdicts import BackupVerdict, Cause, Separation

VERIFIED_WITHIN = timedelta(days=30)
FIRST_VERIFICATION_DUE = timedelta(hours=24)
SITES_NEEDED = 2


@dataclass(frozen=True, slots=True)
class SiteJudgement:
    """What one site is worth for the dataset. `age` is that of its newest point."""

    site: str
    verdict: BackupVerdict
    cause: Cause | None
    age: timedelta | None


@dataclass(frozen=True, slots=True)
class BackupJudgement:
    """The dataset's verdict with its most serious cause.

    `inconclusive`: "not enough grounds" about the sites must stand beside a GREEN.
    `verify_due_at`: by when the first verification of every site is due; None: all are done.
    """

    verdict: BackupVerdict
    cause: Cause | None
    inconclusive: bool
    sites: tuple[SiteJudgement, ...]
    verify_due_at: datetime | None


def judge(facts: DatasetFacts, now: datetime) -> BackupJudgement:
    """Judge a dataset at a moment. Never GREEN while any configured site is not whole.

    Sites that were never compared are not green either: nothing is, unless it was looked at.
    """
    sites = tuple(_judge_site(copy, facts.rpo, now) for copy in facts.copies)
    causes = {site.cause for site in sites if site.cause}
    causes |= _causes_of_the_whole(facts, sites)
    verdict = _verdict(sites, causes)
    return BackupJudgement(
        verdict=verdict,
        cause=most_serious(causes),
        inconclusive=facts.separation in (None, Separation.INCONCLUSIVE),
        sites=sites,
        verify_due_at=_verify_due_at(facts.copies, now),
    )


def _verdict(sites: tuple[SiteJudgement, ...], causes: set[Cause]) -> BackupVerdict:
    verdicts = {site.verdict for site in sites}
    if verdicts & {BackupVerdict.GREEN, BackupVerdict.DEGRADED}:
        return BackupVerdict.DEGRADED if causes else BackupVerdict.GREEN
    return BackupVerdict.UNKNOWN if BackupVerdict.UNKNOWN in verdicts else BackupVerdict.RED


def _judge_site(copy: CopyFacts, rpo: timedelta, now: datetime) -> SiteJudgement:
    """One site: does it hold a whole copy within the RPO?"""
    if copy.snapshot_at is not None and lies_ahead(copy.snapshot_at, now):
        return SiteJudgement(copy.site, BackupVerdict.UNKNOWN, Cause.CLOCK, None)
    age = None if copy.snapshot_at is None else recovery_point_age(copy.snapshot_at, now)
    if copy.cause in COULD_NOT_LOOK and (age is None or age <= rpo):
        return SiteJudgement(copy.site, BackupVerdict.UNKNOWN, copy.cause, age)
    if age is None:
        return SiteJudgement(copy.site, BackupVerdict.RED, copy.cause or Cause.NO_SNAPSHOT, None)
    if age > rpo or copy.cause in HOLDS_NOTHING:
        return SiteJudgement(copy.site, BackupVerdict.RED, copy.cause or Cause.STALE, age)
    cause = most_serious(_shortcomings(copy, now))
    verdict = BackupVerdict.DEGRADED if cause else BackupVerdict.GREEN
    return SiteJudgement(copy.site, verdict, cause, age)


def _shortcomings(copy: CopyFacts, now: datetime) -> set[Cause]:
    """What keeps a copy within the RPO from being whole."""
    found = {copy.cause} if copy.cause else set()
    if copy.tree is None or copy.read_back_at is None or lies_ahead(copy.read_back_at, now):
        found.add(Cause.NOT_READ_BACK)
    if copy.manifest_at is None or lies_ahead(copy.manifest_at, now):
        found.add(Cause.NO_MANIFEST)
    if not _verified(copy, now):
        found.add(Cause.UNVERIFIED)
    return found


def _verified(copy: CopyFacts, now: datetime) -> bool:
    verified_at = copy.verified_at
    if verified_at is None or lies_ahead(verified_at, now):
        return False
    return now - verified_at <= VERIFIED_WITHIN


def _causes_of_the_whole(facts: DatasetFacts, sites: tuple[SiteJudgement, ...]) -> set[Cause]:
    """What only shows when the copies, the source and the sites are seen together."""
    found = {facts.source_cause} if facts.source_cause else set()
    if not sites:
        found.add(Cause.NEVER_RUN)
    elif len(sites) < SITES_NEEDED:
        found.add(Cause.NO_SNAPSHOT)  # there is no second site that could hold one
    found |= _differences(facts.copies)
    if facts.separation is None:
        found.add(Cause.COULD_NOT_LOOK)
    elif facts.separation is Separation.NOT_SEPARATE:
        found.add(Cause.SITES_NOT_SEPARATE)
    elif facts.separation is Separation.SUSPECT:
        found.add(Cause.SITES_SUSPECT)
    return found


def _differences(copies: tuple[CopyFacts, ...]) -> set[Cause]:
    """Copies of one moment must be one content; a copy of an older moment is behind."""
    held = [copy for copy in copies if copy.tree is not None and copy.snapshot_at is not None]
    if len({copy.tree for copy in held}) < SITES_NEEDED:
        return set()
    content_of_moment: dict[datetime | None, str | None] = {}
    for copy in held:
        if content_of_moment.setdefault(copy.snapshot_at, copy.tree) != copy.tree:
            return {Cause.CONTENT_DIFFERS}
    return {Cause.STALE}


def _verify_due_at(copies: tuple[CopyFacts, ...], now: datetime) -> datetime | None:
    """24 hours after the first of the not yet verified sites held the dataset."""
    held = [copy.first_held_at or copy.snapshot_at for copy in copies if copy.verified_at is None]
    believed = [at for at in held if at is not None and not lies_ahead(at, now)]
    return min(believed) + FIRST_VERIFICATION_DUE if believed else None
