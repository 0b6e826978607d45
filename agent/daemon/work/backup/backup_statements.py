"""From a backup's result to what may leave the host: codes, counts, times and pseudonyms. Pure."""

from agent.backup.result import DatasetResult, SiteResult
from agent.backup.verification.verifying import Verified
from agent.uplink.secrets import DATASET, SNAPSHOT, TREE, Pseudonyms
from wire.messages import Backup, Manifest, SiteCopy, Verification
from wire.verdicts import Names


def backup_statement(names: Pseudonyms, result: DatasetResult, trigger: str) -> Backup:
    """The state of a dataset. Its name stands in it only where the configuration says so."""
    outcome = result.outcome
    files, size = _counts(result)
    disclosed = result.dataset.names is Names.FULL
    return Backup(
        dataset=names.of(DATASET, result.dataset.name),
        names=Names.FULL if disclosed else Names.NONE,
        name=result.dataset.name if disclosed else "",
        verdict=result.judgement.verdict,
        cause=result.judgement.cause,
        rpo_s=result.facts.rpo.total_seconds(),
        copies=tuple(_copy(names, site) for site in result.sites),
        separation=result.facts.separation,
        source_cause=result.facts.source_cause,
        files=files,
        bytes=size,
        added_bytes=outcome.saved.summary.data_added if outcome.saved else 0,
        phases=result.phases,
        trigger=trigger,
        consistency=result.consistency,
    )


def _counts(result: DatasetResult) -> tuple[int, int]:
    """Files and bytes of the source as the run saw it, else of the newest point's manifest."""
    if result.outcome.source is not None:
        seen = result.outcome.source.seen
        return seen.files, seen.bytes
    return (result.manifest.leaves, result.manifest.bytes) if result.manifest else (0, 0)


def manifest_statement(names: Pseudonyms, result: DatasetResult) -> Manifest | None:
    """The commitment to the point that this run made and read back; None when there is none."""
    saved, committed = result.outcome.saved, result.outcome.committed
    points = [site.point for site in result.sites if site.point]
    point = next((point for point in points if saved and point.snapshot == saved.id), None)
    if point is None or committed is None:
        return None
    manifest = committed.manifest
    return Manifest(
        dataset=names.of(DATASET, result.dataset.name),
        manifest_id=manifest.manifest,
        root=manifest.root,
        leaves=manifest.leaves,
        bytes=manifest.bytes,
        unproven=manifest.unproven,
        tree=names.of(TREE, manifest.tree),
        snapshot=names.of(SNAPSHOT, point.snapshot),
        snapshot_at=point.snapshot_at,
    )


def verification_statement(verified: Verified) -> Verification:
    return Verification(
        site=verified.site,
        packs=len(verified.packs),
        read_within_30_days=len(verified.read_within_30_days),
        bytes=verified.bytes,
        bytes_read=verified.bytes_read_within_30_days,
        oldest_read_at=verified.oldest_read_at,
    )


def _copy(names: Pseudonyms, site: SiteResult) -> SiteCopy:
    point = site.point
    return SiteCopy(
        site=site.name,
        kind=site.kind,
        held_by=site.held_by,
        protection=site.protection,
        cause=site.cause,
        snapshot=names.of(SNAPSHOT, point.snapshot) if point else None,
        tree=names.of(TREE, point.tree) if point else None,
        snapshot_at=point.snapshot_at if point else None,
        read_back_at=point.read_back_at if point else None,
        manifest_at=point.companion_at if point else None,
        verified_at=site.verified_at,
    )
