"""What backup evidence proves, and what takes each proof away."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from compliance.backup_codes import BACKUP_CODES
from compliance.logged import LoggedStatement, SystemKey
from compliance.reasons import Reason
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
    Cause,
    ControlState,
    DrillVerdict,
    HeldBy,
    Names,
    Protection,
    Separation,
)

HOUR = timedelta(hours=1)
SHARE, TREE, OTHER_TREE = "p" + "1" * 32, "p" + "2" * 32, "p" + "3" * 32
MET, NOT_MET, UNKNOWN = ControlState.MET, ControlState.NOT_MET, ControlState.UNKNOWN


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


def backup(**changes: object) -> tuple[Body, ...]:
    """The configuration and the backup with something changed."""
    return (CONFIGURATION, replace(BACKUP, **changes))


def at_b(**changes: object) -> tuple[Body, ...]:
    return backup(copies=(copy("a"), replace(copy("b"), **changes)))


@pytest.mark.parametrize("code", [name.removeprefix("backup.") for name in BACKUP_CODES])
def test_each_code_is_met_by_full_evidence_and_unknown_without(code: str) -> None:
    assert judged(code, *EVERYTHING).state is MET
    nothing = judged(code, replace(SITES, verdict=Separation.INCONCLUSIVE, pairs=()))
    assert nothing.state is UNKNOWN


@pytest.mark.parametrize(
    "code", ["two_copies", "kept_restorable", "encrypted", "ran_by_itself", "restore_tested"]
)
def test_a_host_that_lists_no_data_fails(code: str) -> None:
    result = judged(code, replace(CONFIGURATION, datasets=0))
    assert (result.state, result.reason) == (NOT_MET, Reason.NO_DATASET)
    assert judged("datasets_listed", replace(CONFIGURATION, datasets=0)).state is NOT_MET


def test_a_dataset_that_reports_nothing_keeps_the_host_unknown() -> None:
    two = replace(CONFIGURATION, datasets=2)
    assert judged("datasets_listed", two, BACKUP).state is UNKNOWN
    assert judged("two_copies", two, BACKUP).state is UNKNOWN
    assert judged("datasets_listed", CONFIGURATION).reason is Reason.NEVER_SEEN


def test_a_report_that_is_too_old_is_stale() -> None:
    old = said(1, BACKUP, made_at=NOW - timedelta(days=3))
    result = judged_entries("two_copies", said(0, CONFIGURATION), old)
    assert (result.state, result.reason) == (UNKNOWN, Reason.STALE)


def test_data_of_another_system_on_the_same_host_does_not_count() -> None:
    served = ("S1", "S2")
    other = said(1, BACKUP, systems=("S2",))
    configuration = said(2, CONFIGURATION, systems=served)
    result = judged_entries("two_copies", other, configuration)
    assert (result.state, result.reason) == (NOT_MET, Reason.NO_DATASET)


def test_data_that_names_no_system_counts_for_every_one() -> None:
    unnamed = said(0, BACKUP, systems=())
    assert judged_entries("two_copies", unnamed, said(1, CONFIGURATION)).state is MET


def test_the_worst_dataset_speaks() -> None:
    second = replace(BACKUP, dataset="p" + "9" * 32, copies=(copy("a"),))
    both = replace(CONFIGURATION, datasets=2)
    assert judged("two_copies", both, BACKUP, second).state is NOT_MET


@pytest.mark.parametrize(
    ("bodies", "state", "reason"),
    [
        (at_b(tree=OTHER_TREE), NOT_MET, Reason.WRONG),
        (at_b(tree=None), NOT_MET, Reason.WRONG),
        (at_b(read_back_at=None), NOT_MET, Reason.WRONG),
        (at_b(snapshot_at=None), NOT_MET, Reason.WRONG),
        (at_b(snapshot_at=NOW - 8 * HOUR - timedelta(seconds=1)), NOT_MET, Reason.WRONG),
        (at_b(snapshot_at=NOW - 8 * HOUR), MET, Reason.GOOD),
        (at_b(snapshot_at=NOW + HOUR), UNKNOWN, Reason.CLOCK),
        (at_b(tree=None, cause=Cause.SITE_UNREACHABLE), UNKNOWN, Reason.COULD_NOT_LOOK),
        (backup(copies=(copy("a"),)), NOT_MET, Reason.WRONG),
        (at_b(cause=Cause.REPOSITORY_DAMAGED), NOT_MET, Reason.WRONG),
        (at_b(cause=Cause.SNAPSHOTS_VANISHED), NOT_MET, Reason.WRONG),
        (at_b(cause=Cause.NO_REPOSITORY), NOT_MET, Reason.WRONG),
        (at_b(cause=Cause.SITE_UNREACHABLE), UNKNOWN, Reason.COULD_NOT_LOOK),
        (at_b(cause=Cause.UNVERIFIED), MET, Reason.GOOD),
    ],
)
def test_two_copies_means_the_same_content_twice_within_the_rpo(
    bodies: tuple[Body, ...], state: ControlState, reason: Reason
) -> None:
    result = judged("two_copies", *bodies)
    assert (result.state, result.reason) == (state, reason)


@pytest.mark.parametrize(
    ("verified_at", "state", "reason"),
    [
        (NOW - timedelta(days=30), MET, Reason.GOOD),
        (NOW - timedelta(days=30, seconds=1), UNKNOWN, Reason.STALE),
        (NOW + HOUR, UNKNOWN, Reason.STALE),
        (None, UNKNOWN, Reason.NEVER_SEEN),
    ],
)
def test_a_restorable_copy_was_read_in_full_within_a_month(
    verified_at: datetime | None, state: ControlState, reason: Reason
) -> None:
    copies = tuple(replace(copy(site), verified_at=verified_at) for site in ("a", "b"))
    result = judged("kept_restorable", *backup(copies=copies))
    assert (result.state, result.reason) == (state, reason)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, MET),
        ({"snapshot_at": NOW - 9 * HOUR}, NOT_MET),
        ({"cause": Cause.REPOSITORY_DAMAGED}, NOT_MET),
        ({"cause": Cause.SITE_UNREACHABLE}, UNKNOWN),
    ],
)
def test_a_restorable_copy_is_at_hand_and_young_enough(
    changes: dict[str, object], state: ControlState
) -> None:
    only = (replace(copy("a"), **changes),)
    assert judged("kept_restorable", *backup(copies=only)).state is state


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        (at_b(read_back_at=None), UNKNOWN),
        (backup(copies=()), UNKNOWN),
        (at_b(snapshot=None, read_back_at=None), MET),  # B holds nothing that could be open
    ],
)
def test_encrypted_is_known_of_what_was_read_back(
    bodies: tuple[Body, ...], state: ControlState
) -> None:
    assert judged("encrypted", *bodies).state is state


@pytest.mark.parametrize("code", ["versioned", "manifest_kept"])
def test_ids_and_manifests_need_a_commitment(code: str) -> None:
    assert judged(code, *backup()).state is NOT_MET
    blind = tuple(replace(c, cause=Cause.LOCKED) for c in BACKUP.copies)
    assert judged(code, *backup(copies=blind)).state is UNKNOWN
    assert judged(code, *backup(copies=()), MANIFEST).state is NOT_MET


@pytest.mark.parametrize("code", ["versioned", "manifest_kept", "two_copies"])
def test_nothing_counts_of_sites_that_are_known_to_be_bad(code: str) -> None:
    bad = tuple(replace(c, cause=Cause.REPOSITORY_DAMAGED) for c in BACKUP.copies)
    assert judged(code, *backup(), MANIFEST).state is MET
    assert judged(code, *backup(copies=bad), MANIFEST).state is NOT_MET


def test_a_manifest_of_other_content_or_not_read_back_is_not_kept() -> None:
    assert judged("manifest_kept", *backup(), replace(MANIFEST, tree=OTHER_TREE)).state is NOT_MET
    bare = tuple(replace(c, manifest_at=None) for c in BACKUP.copies)
    assert judged("manifest_kept", *backup(copies=bare), MANIFEST).state is NOT_MET


def test_a_backup_by_hand_says_nothing_about_the_schedule() -> None:
    assert judged("ran_by_itself", *backup(trigger="person")).reason is Reason.NEVER_SEEN
    by_hand = said(2, replace(BACKUP, trigger="person"))
    scheduled = said(1, BACKUP)
    assert judged_entries("ran_by_itself", said(0, CONFIGURATION), scheduled, by_hand).state is MET
    old = said(1, BACKUP, made_at=NOW - timedelta(days=3))
    stale = judged_entries("ran_by_itself", said(0, CONFIGURATION), old, by_hand)
    assert (stale.state, stale.reason) == (UNKNOWN, Reason.STALE)


@pytest.mark.parametrize(
    ("drills", "state"),
    [
        ([DRILL], MET),
        ([replace(DRILL, verdict=DrillVerdict.FAILED)], NOT_MET),
        ([replace(DRILL, drill_class="D0")], UNKNOWN),
        ([replace(DRILL, verdict=DrillVerdict.INCONCLUSIVE)], UNKNOWN),
        ([DRILL, replace(DRILL, verdict=DrillVerdict.INCONCLUSIVE)], MET),
        ([DRILL, replace(DRILL, verdict=DrillVerdict.FAILED)], NOT_MET),
        ([replace(DRILL, verdict=DrillVerdict.FAILED), DRILL], MET),
        ([DRILL, replace(DRILL, site="a", verdict=DrillVerdict.FAILED)], NOT_MET),
        ([replace(DRILL, ended_at=NOW - timedelta(days=3))], UNKNOWN),
    ],
)
def test_a_trial_restore_is_the_last_decisive_one_of_every_site(
    drills: list[Drill], state: ControlState
) -> None:
    assert judged("restore_tested", CONFIGURATION, MANIFEST, BACKUP, *drills).state is state


NEWER = replace(MANIFEST, manifest_id="n", snapshot=OTHER_TREE)
AT_B = replace(BACKUP, copies=(replace(copy("b"), snapshot=OTHER_TREE),))


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        ((BACKUP, MANIFEST, DRILL), MET),
        ((BACKUP, DRILL), UNKNOWN),  # it was never committed to
        ((BACKUP, DRILL, MANIFEST), UNKNOWN),  # or only afterwards
        ((BACKUP, MANIFEST, replace(DRILL, files=0)), NOT_MET),
        ((BACKUP, MANIFEST, replace(DRILL, manifest_root="1" * 64)), NOT_MET),
        ((BACKUP, MANIFEST, NEWER, BACKUP, DRILL), UNKNOWN),
        ((BACKUP, MANIFEST, NEWER, AT_B, DRILL), NOT_MET),  # B had the newer one
    ],
)
def test_a_trial_restore_is_worth_its_proof_and_not_its_word(
    bodies: tuple[Body, ...], state: ControlState
) -> None:
    assert judged("restore_tested", CONFIGURATION, *bodies).state is state


def test_a_drill_alone_is_no_dataset() -> None:
    assert judged("restore_tested", CONFIGURATION, DRILL).state is UNKNOWN


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Separation.SEPARATE, MET),
        (Separation.INCONCLUSIVE, UNKNOWN),
        (Separation.SUSPECT, NOT_MET),
        (Separation.NOT_SEPARATE, NOT_MET),
    ],
)
def test_separate_sites_need_the_verdict_separate(verdict: Separation, state: ControlState) -> None:
    assert judged("sites_separate", replace(SITES, verdict=verdict)).state is state


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        (Separation.SEPARATE, Separation.NOT_SEPARATE, MET),
        (Separation.INCONCLUSIVE, Separation.NOT_SEPARATE, UNKNOWN),
        (Separation.NOT_SEPARATE, Separation.SUSPECT, NOT_MET),
    ],
)
def test_one_site_apart_from_the_server_is_enough(
    a: Separation, b: Separation, state: ControlState
) -> None:
    pairs = (pair(HOST, "a", a), pair("b", HOST, b), pair("a", "b", Separation.SEPARATE))
    assert judged("apart_from_host", replace(SITES, pairs=pairs)).state is state


@pytest.mark.parametrize(
    ("verdict", "hard", "missing", "state"),
    [
        (Separation.SEPARATE, (), (), MET),
        (Separation.SEPARATE, (), ("gateway",), MET),
        (Separation.SEPARATE, (), ("rtt",), UNKNOWN),
        (Separation.SEPARATE, (), ("coordinates",), UNKNOWN),
        (Separation.INCONCLUSIVE, (), (), UNKNOWN),
        (Separation.NOT_SEPARATE, ("rtt",), (), NOT_MET),
        (Separation.NOT_SEPARATE, ("coordinates",), ("rtt",), NOT_MET),
        (Separation.NOT_SEPARATE, ("boot_id",), (), UNKNOWN),
    ],
)
def test_thirty_kilometres_are_proved_by_places_and_by_light(
    verdict: Separation, hard: tuple[str, ...], missing: tuple[str, ...], state: ControlState
) -> None:
    far = SitePair(a="a", b="b", verdict=verdict, hard=hard, soft=(), missing=missing)
    looked = replace(SITES, pairs=(pair(HOST, "a", Separation.SEPARATE), far))
    assert judged("sites_far_apart", CONFIGURATION, looked).state is state


def test_one_site_too_near_does_not_hide_another_far_away() -> None:
    near = SitePair("a", "b", Separation.NOT_SEPARATE, hard=("rtt",), soft=(), missing=())
    looked = replace(SITES, pairs=(near, pair("a", "c", Separation.SEPARATE)))
    assert judged("sites_far_apart", CONFIGURATION, looked).state is MET


def test_below_level_5_nobody_measured_thirty_kilometres() -> None:
    lower = replace(CONFIGURATION, levels={"S1": 4})
    assert judged("sites_far_apart", lower, SITES).reason is Reason.COULD_NOT_LOOK
    assert judged("sites_far_apart", SITES).reason is Reason.NEVER_SEEN
    before = said(0, SITES, made_at=NOW - HOUR)
    assert judged_entries("sites_far_apart", before, said(1, CONFIGURATION)).state is UNKNOWN


@pytest.mark.parametrize("code", ["sites_separate", "apart_from_host", "sites_far_apart"])
def test_an_old_or_missing_look_at_the_sites_is_unknown(code: str) -> None:
    old = judged(code, replace(SITES, measured_at=NOW - timedelta(days=3)))
    assert (old.state, old.reason) == (UNKNOWN, Reason.STALE)
    assert judged(code, CONFIGURATION).reason is Reason.NEVER_SEEN
