"""What backup evidence proves, and what takes each proof away."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from compliance.backup_codes import BACKUP_CODES
from compliance.reasons import Reason
from tests.compliance.backed_up import (
    BACKUP,
    CONFIGURATION,
    DRILL,
    EVERYTHING,
    HOUR,
    MANIFEST,
    OTHER_TREE,
    SITES,
    copy,
    judged,
    judged_entries,
)
from tests.compliance.logbook import NOW, said
from wire.messages import Body
from wire.recovery_messages import Drill
from wire.verdicts import Cause, ControlState, DrillVerdict, Separation

MET, NOT_MET, UNKNOWN = ControlState.MET, ControlState.NOT_MET, ControlState.UNKNOWN


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
