"""Statements about one dataset and two sites of a host where everything is good."""

from datetime import timedelta

from compliance.logged import LoggedStatement, SystemKey
from compliance.score import ControlJudgement, score
from tests.compliance.logbook import NOW, catalogue_of, fold, said
from wire.messages import Body, Configuration
from wire.recovery_messages import (
    HOST,
    Backup,
    Drill,
    Manifest,
    SiteCopy,
    SiteEvidence,
    SitePair,
)
from wire.verdicts import (
    Assurance,
    BackupVerdict,
    DrillVerdict,
    HeldBy,
    Names,
    Protection,
    Separation,
)

HOUR = timedelta(hours=1)
SHARE, TREE, OTHER_TREE = "p" + "1" * 32, "p" + "2" * 32, "p" + "3" * 32


def copy(site: str) -> SiteCopy:
    return SiteCopy(
        site=site,
        kind="local",
        held_by=HeldBy.OWNED,
        protection=Protection.NONE,
        snapshot=TREE,
        tree=TREE,
        snapshot_at=NOW - HOUR,
        read_back_at=NOW,
        manifest_at=NOW,
        verified_at=NOW,
    )


BACKUP = Backup(
    dataset=SHARE,
    names=Names.NONE,
    verdict=BackupVerdict.GREEN,
    rpo_s=8 * 3600.0,
    copies=(copy("a"), copy("b")),
    trigger="schedule",
)
CONFIGURATION = Configuration("p" + "0" * 32, {}, {"S1": 5}, 1, 0, ("a", "b"), ())
MANIFEST = Manifest(
    dataset=SHARE,
    manifest_id="m",
    root="0" * 64,
    leaves=1,
    bytes=1,
    unproven=0,
    tree=TREE,
    snapshot=TREE,
    snapshot_at=NOW,
)
DRILL = Drill(
    drill_id="d",
    drill_class="D1",
    dataset=SHARE,
    site="b",
    verdict=DrillVerdict.PASSED,
    assurance=Assurance.SELF,
    started_at=NOW,
    ended_at=NOW,
    objective_s=86400.0,
    manifest_id="m",
    manifest_root="0" * 64,
    manifest_leaves=1,
    files=1,
)


def pair(a: str, b: str, verdict: Separation) -> SitePair:
    return SitePair(a=a, b=b, verdict=verdict, hard=(), soft=(), missing=())


SITES = SiteEvidence(
    verdict=Separation.SEPARATE,
    pairs=(
        pair(HOST, "a", Separation.SEPARATE),
        pair("b", HOST, Separation.INCONCLUSIVE),
        pair("a", "b", Separation.SEPARATE),
    ),
    measured_at=NOW,
)
EVERYTHING: tuple[Body, ...] = (CONFIGURATION, BACKUP, MANIFEST, DRILL, SITES)


def judged(code: str, *bodies: Body) -> ControlJudgement:
    return judged_entries(code, *(said(place, body) for place, body in enumerate(bodies)))


def judged_entries(code: str, *entries: LoggedStatement) -> ControlJudgement:
    book = catalogue_of([f"decided_by: {{backup: [backup.{code}]}}"])
    (control,) = score(book, fold(entries), SystemKey("F1", "S1"), NOW).controls
    return control
