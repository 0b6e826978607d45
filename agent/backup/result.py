"""What came of a run, or of a look, for one dataset."""

from dataclasses import dataclass, field
from datetime import datetime

from agent.backup.records.records import ManifestRecord, Point
from agent.backup.sources.sourcing import SourceLook
from agent.backup.spreading import Committed
from agent.config.model import Dataset
from agent.restic.saving import Saved
from recovery.backup_verdict import BackupJudgement
from recovery.dataset_facts import DatasetFacts
from wire.verdicts import Cause, Consistency, HeldBy, Protection


@dataclass(frozen=True, slots=True)
class SiteResult:
    """One site after the run. `says` is for a person at this host and never leaves it."""

    name: str
    kind: str
    held_by: HeldBy
    protection: Protection
    point: Point | None
    cause: Cause | None
    verified_at: datetime | None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the run itself did; nothing of it for a mere look."""

    source: SourceLook | None = None
    saved: Saved | None = None
    committed: Committed | None = None


@dataclass(frozen=True, slots=True)
class DatasetResult:
    """The dataset now; the judgement is `recovery.backup_verdict`'s."""

    dataset: Dataset
    judged_at: datetime
    judgement: BackupJudgement
    facts: DatasetFacts
    sites: tuple[SiteResult, ...]
    outcome: Outcome
    manifest: ManifestRecord | None
    consistency: Consistency | None = None  # of the newest data that was proved
    phases: dict[str, float] = field(default_factory=dict)
