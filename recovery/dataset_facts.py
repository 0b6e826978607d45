"""What is known of one dataset and of its copies: the input of `recovery.backup_verdict`.

The agent fills these from its own records, the controller from a logged `backup` statement.
Trees are compared, never read: any value serves that is equal exactly when the content is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wire.recovery_messages import Backup, SiteCopy
from wire.verdicts import Cause, Separation


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What one configured site holds of a dataset, as last looked at.

    A site that holds nothing, or could not be looked at, is still listed, with its cause.
    """

    site: str
    cause: Cause | None = None  # the fault of the last look, or of the last run, at this site
    tree: str | None = None  # of the newest snapshot; None: not read back, so not known
    snapshot_at: datetime | None = None  # start of the newest snapshot; None: there is none
    read_back_at: datetime | None = None  # when that snapshot was read back by its full id
    manifest_at: datetime | None = None  # when its companion (manifest, salts) was read back
    verified_at: datetime | None = None  # last restore from this site, or last pack read
    first_held_at: datetime | None = None  # when the site first held the dataset


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """Everything that decides a dataset's verdict. `copies` lists every configured site."""

    rpo: timedelta
    copies: tuple[CopyFacts, ...]
    separation: Separation | None = None  # None: the sites were never compared
    source_cause: Cause | None = None  # the last run's source check failed


def from_statement(body: Backup) -> DatasetFacts:
    """The facts of a logged statement, so that the controller judges again."""
    return DatasetFacts(
        rpo=timedelta(seconds=body.rpo_s),
        copies=tuple(_copy(copy) for copy in body.copies),
        separation=body.separation,
        source_cause=body.source_cause,
    )


def _copy(copy: SiteCopy) -> CopyFacts:
    return CopyFacts(
        site=copy.site,
        cause=copy.cause,
        tree=copy.tree,
        snapshot_at=copy.snapshot_at,
        read_back_at=copy.read_back_at,
        manifest_at=copy.manifest_at,
        verified_at=copy.verified_at,
    )
