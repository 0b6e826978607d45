"""What backup evidence proves of one host: the codes that a catalogue's `backup` rows name.

Each code claims what its sentence says and no more, of every dataset of the host. A host
without datasets fails what it was asked (`NO_DATASET`): data that nobody lists is not backed up.
"""

from collections.abc import Callable
from datetime import timedelta

from compliance.answers import Answer, Look, failed, passed, unknown, worst
from compliance.logged import DatasetEvidence, Seen
from compliance.reasons import Reason
from compliance.site_codes import apart_from_host, sites_far_apart, sites_separate
from wire.causes import COULD_NOT_LOOK, HOLDS_NOTHING
from wire.recovery_messages import Backup, SiteCopy
from wire.request import CLOCK_TOLERANCE
from wire.verdicts import CheckVerdict, DrillVerdict

COPIES_NEEDED = 2
VERIFIED_WITHIN = timedelta(days=30)  # as product.md 3 asks of a GREEN backup

Judge = Callable[[Look, DatasetEvidence, Seen[Backup]], Answer]


def datasets_listed(look: Look) -> Answer:
    """The configuration lists data to back up, and each dataset reports its state."""
    configuration = look.host.configuration
    if configuration is None:
        return unknown(Reason.NEVER_SEEN)
    fresh = [
        dataset.backup
        for dataset in look.host.datasets.values()
        if dataset.backup is not None and look.is_fresh(dataset.backup)
    ]
    if configuration.body.datasets == 0:
        return Answer(CheckVerdict.FAIL, Reason.NO_DATASET, (configuration,))
    if len(fresh) < configuration.body.datasets:
        return unknown(Reason.STALE if look.host.datasets else Reason.NEVER_SEEN, configuration)
    return passed(configuration, *fresh)


def two_copies(look: Look) -> Answer:
    """Two sites hold the same content, read back, within the RPO at the time of the look."""
    return _of_every_dataset(look, _two_copies)


def encrypted(look: Look) -> Answer:
    """Every copy was read back through restic, whose repositories are always encrypted."""
    return _of_every_dataset(look, _encrypted)


def versioned(look: Look) -> Answer:
    """A copy has a snapshot id, and its content was committed under a manifest id."""
    return _of_every_dataset(look, _versioned)


def manifest_kept(look: Look) -> Answer:
    """A manifest with SHA-256 of every file was committed and lies, read back, beside a copy."""
    return _of_every_dataset(look, _manifest_kept)


def ran_by_itself(look: Look) -> Answer:
    """The schedule, or the controller's order, made a backup run; no person did."""
    return _of_every_dataset(look, _ran_by_itself)


def restore_tested(look: Look) -> Answer:
    """A trial restore (D1 or higher) passed, and at no site did the last one fail."""
    return _of_every_dataset(look, _restore_tested)


def kept_restorable(look: Look) -> Answer:
    """A copy within the RPO was restored from, or read in full, in the last 30 days."""
    return _of_every_dataset(look, _kept_restorable)


BACKUP_CODES: dict[str, Callable[[Look], Answer]] = {
    "backup.datasets_listed": datasets_listed,
    "backup.two_copies": two_copies,
    "backup.encrypted": encrypted,
    "backup.versioned": versioned,
    "backup.manifest_kept": manifest_kept,
    "backup.ran_by_itself": ran_by_itself,
    "backup.restore_tested": restore_tested,
    "backup.sites_separate": sites_separate,
    "backup.kept_restorable": kept_restorable,
    "backup.apart_from_host": apart_from_host,
    "backup.sites_far_apart": sites_far_apart,
}


def _of_every_dataset(look: Look, judge: Judge) -> Answer:
    """The worst dataset speaks for the host.

    A dataset that went silent is missed by `datasets_listed`; one that the owner took out of
    the configuration goes when its last report is no longer fresh.
    """
    listed = datasets_listed(look)
    answers = [] if listed.verdict is CheckVerdict.PASS else [listed]
    for _, dataset in sorted(look.host.datasets.items()):
        concerns = not dataset.systems or look.system in dataset.systems
        if concerns and dataset.backup is not None and look.is_fresh(dataset.backup):
            answers.append(judge(look, dataset, dataset.backup))
    if not answers:
        return Answer(CheckVerdict.FAIL, Reason.NO_DATASET, listed.seen)
    return worst(answers)


def _two_copies(_look: Look, _dataset: DatasetEvidence, seen: Seen[Backup]) -> Answer:
    copies = seen.body.copies
    if any(_is_ahead(copy, seen) for copy in copies):
        return unknown(Reason.CLOCK, seen)
    trees = [copy.tree for copy in copies if _is_whole(copy, seen)]
    if any(trees.count(tree) >= COPIES_NEEDED for tree in trees):
        return passed(seen)
    return _unless_blind(seen)


def _encrypted(_look: Look, _dataset: DatasetEvidence, seen: Seen[Backup]) -> Answer:
    held = [copy for copy in seen.body.copies if copy.snapshot is not None]
    read_back = bool(held) and all(copy.read_back_at is not None for copy in held)
    return _only_if(read_back, seen)


def _versioned(_look: Look, dataset: DatasetEvidence, seen: Seen[Backup]) -> Answer:
    held = any(copy.snapshot and _stands(copy) for copy in seen.body.copies)
    if dataset.manifest is not None and held:
        return passed(seen, dataset.manifest)
    return _unless_blind(seen)


def _manifest_kept(_look: Look, dataset: DatasetEvidence, seen: Seen[Backup]) -> Answer:
    if dataset.manifest is not None:
        root_of = dataset.manifest.body.tree
        standing = [copy for copy in seen.body.copies if _stands(copy)]
        if any(copy.tree == root_of and copy.manifest_at for copy in standing):
            return passed(seen, dataset.manifest)
    return _unless_blind(seen)


def _ran_by_itself(look: Look, dataset: DatasetEvidence, _seen: Seen[Backup]) -> Answer:
    """A backup by hand says nothing about the schedule."""
    run = dataset.by_itself
    if run is None:
        return unknown(Reason.NEVER_SEEN)
    return passed(run) if look.is_fresh(run) else unknown(Reason.STALE, run)


def _restore_tested(look: Look, dataset: DatasetEvidence, _seen: Seen[Backup]) -> Answer:
    fresh = [seen for _, seen in sorted(dataset.drills.items()) if look.is_fresh(seen)]
    if not fresh:
        return unknown(Reason.STALE if dataset.drills else Reason.NEVER_SEEN)
    if any(seen.body.verdict is DrillVerdict.FAILED for seen in fresh):
        return failed(*fresh)
    return passed(*fresh)


def _kept_restorable(_look: Look, _dataset: DatasetEvidence, seen: Seen[Backup]) -> Answer:
    """Both times are the host's own. A copy that nobody read in full yet is no proof of a fault."""
    whole = [copy for copy in seen.body.copies if _is_whole(copy, seen)]
    verified = [copy.verified_at for copy in whole if copy.verified_at is not None]
    if any(timedelta(0) <= seen.made_at - moment <= VERIFIED_WITHIN for moment in verified):
        return passed(seen)
    if whole:
        return unknown(Reason.STALE if verified else Reason.NEVER_SEEN, seen)
    return _unless_blind(seen)


def _is_whole(copy: SiteCopy, seen: Seen[Backup]) -> bool:
    if (
        not _stands(copy)
        or copy.tree is None
        or copy.snapshot_at is None
        or copy.read_back_at is None
    ):
        return False
    in_time = (seen.made_at - copy.snapshot_at).total_seconds() <= seen.body.rpo_s
    return in_time and _stands(copy)


def _stands(copy: SiteCopy) -> bool:
    """What was read back once counts no more when the last look met a fault at the site."""
    return copy.cause not in HOLDS_NOTHING and copy.cause not in COULD_NOT_LOOK


def _is_ahead(copy: SiteCopy, seen: Seen[Backup]) -> bool:
    """Both times are the host's own, so they can be compared."""
    return copy.snapshot_at is not None and copy.snapshot_at - seen.made_at > CLOCK_TOLERANCE


def _unless_blind(seen: Seen[Backup]) -> Answer:
    """Not so; or, where a site could not be looked at, not known."""
    if any(copy.cause in COULD_NOT_LOOK for copy in seen.body.copies):
        return unknown(Reason.COULD_NOT_LOOK, seen)
    return failed(seen)


def _only_if(proved: bool, seen: Seen[object]) -> Answer:  # noqa: FBT001 - the question itself
    return passed(seen) if proved else unknown(Reason.COULD_NOT_LOOK, seen)
