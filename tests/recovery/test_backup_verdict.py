"""GREEN only when everything was looked at and is so; every cause takes it away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.backup_verdict import FIRST_VERIFICATION_DUE, judge
from recovery.dataset_facts import CopyFacts, DatasetFacts, from_statement
from wire.recovery_messages import Backup, SiteCopy
from wire.verdicts import BackupVerdict, Cause, HeldBy, Names, Protection, Separation

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RPO = 8 * HOUR

WHOLE = CopyFacts(
    site="a",
    tree="p1",
    snapshot_at=NOW - HOUR,
    read_back_at=NOW - HOUR / 2,
    manifest_at=NOW - HOUR / 2,
    verified_at=NOW - 10 * timedelta(days=1),
)
GOOD = DatasetFacts(RPO, (WHOLE, replace(WHOLE, site="b")), Separation.SEPARATE)


def with_b(**changes: object) -> DatasetFacts:
    """The good dataset with a fault at its second site."""
    return replace(GOOD, copies=(WHOLE, replace(WHOLE, site="b", **changes)))  # type: ignore[arg-type]


def test_two_whole_copies_at_separate_sites_are_green() -> None:
    judged = judge(GOOD, NOW)
    assert (judged.verdict, judged.cause, judged.inconclusive) == (BackupVerdict.GREEN, None, False)
    assert [site.verdict for site in judged.sites] == [BackupVerdict.GREEN] * 2
    assert judged.sites[0].age == HOUR
    assert judged.verify_due_at is None


def test_not_enough_grounds_about_the_sites_stands_beside_green() -> None:
    judged = judge(replace(GOOD, separation=Separation.INCONCLUSIVE), NOW)
    assert (judged.verdict, judged.inconclusive) == (BackupVerdict.GREEN, True)


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (replace(GOOD, separation=Separation.NOT_SEPARATE), Cause.SITES_NOT_SEPARATE),
        (replace(GOOD, separation=Separation.SUSPECT), Cause.SITES_SUSPECT),
        (replace(GOOD, separation=None), Cause.COULD_NOT_LOOK),
        (replace(GOOD, source_cause=Cause.SOURCE_MISSING), Cause.SOURCE_MISSING),
        (replace(GOOD, source_cause=Cause.SOURCE_SHRUNK), Cause.SOURCE_SHRUNK),
        (replace(GOOD, copies=(WHOLE,)), Cause.NO_SNAPSHOT),
        (with_b(cause=Cause.SITE_UNREACHABLE), Cause.SITE_UNREACHABLE),
        (with_b(cause=Cause.DISK_FULL), Cause.DISK_FULL),
        (with_b(cause=Cause.SEEDING, snapshot_at=None), Cause.SEEDING),
        (with_b(cause=Cause.REPOSITORY_DAMAGED), Cause.REPOSITORY_DAMAGED),
        (with_b(cause=Cause.BAD_KEY), Cause.BAD_KEY),
        (with_b(snapshot_at=None), Cause.NO_SNAPSHOT),
        (with_b(snapshot_at=NOW - RPO - timedelta(seconds=1)), Cause.STALE),
        (with_b(snapshot_at=NOW + HOUR), Cause.CLOCK),
        (with_b(tree=None), Cause.NOT_READ_BACK),
        (with_b(read_back_at=None), Cause.NOT_READ_BACK),
        (with_b(read_back_at=NOW + HOUR), Cause.NOT_READ_BACK),
        (with_b(manifest_at=None), Cause.NO_MANIFEST),
        (with_b(manifest_at=NOW + HOUR), Cause.NO_MANIFEST),
        (with_b(verified_at=None), Cause.UNVERIFIED),
        (with_b(verified_at=NOW + HOUR), Cause.UNVERIFIED),
        (with_b(verified_at=NOW - timedelta(days=30, seconds=1)), Cause.UNVERIFIED),
        (with_b(tree="p2"), Cause.CONTENT_DIFFERS),
        (with_b(tree="p2", snapshot_at=NOW - 2 * HOUR), Cause.STALE),
    ],
)
def test_one_fault_makes_it_degraded_and_is_named(facts: DatasetFacts, cause: Cause) -> None:
    judged = judge(facts, NOW)
    assert (judged.verdict, judged.cause) == (BackupVerdict.DEGRADED, cause)


@pytest.mark.parametrize("fault", [Cause.REPOSITORY_DAMAGED, Cause.SITE_UNREACHABLE, Cause.STALE])
def test_a_fault_of_data_goes_before_the_sites(fault: Cause) -> None:
    facts = replace(with_b(cause=fault), separation=Separation.NOT_SEPARATE)
    assert judge(facts, NOW).cause is fault


def test_the_edge_of_the_rpo_and_of_thirty_days_still_count() -> None:
    edge = replace(WHOLE, snapshot_at=NOW - RPO, verified_at=NOW - timedelta(days=30))
    facts = replace(GOOD, copies=(edge, replace(edge, site="b")))
    assert judge(facts, NOW).verdict is BackupVerdict.GREEN


def test_no_site_within_the_rpo_is_red() -> None:
    old = replace(WHOLE, snapshot_at=NOW - 9 * HOUR)
    judged = judge(replace(GOOD, copies=(old, replace(old, site="b"))), NOW)
    assert (judged.verdict, judged.cause) == (BackupVerdict.RED, Cause.STALE)


def test_an_unreachable_site_whose_last_point_is_too_old_is_red_all_the_same() -> None:
    """Only this host writes there: what it did not write cannot be there."""
    old = replace(WHOLE, snapshot_at=NOW - 9 * HOUR, cause=Cause.SITE_UNREACHABLE)
    judged = judge(replace(GOOD, copies=(old,)), NOW)
    assert (judged.verdict, judged.cause) == (BackupVerdict.RED, Cause.SITE_UNREACHABLE)


def test_a_dataset_without_any_site_is_red() -> None:
    judged = judge(replace(GOOD, copies=()), NOW)
    assert (judged.verdict, judged.cause) == (BackupVerdict.RED, Cause.NEVER_RUN)


def test_what_could_not_be_looked_at_anywhere_is_unknown() -> None:
    blind = replace(WHOLE, cause=Cause.SITE_UNREACHABLE)
    never = CopyFacts("b", cause=Cause.LOCKED)
    judged = judge(replace(GOOD, copies=(blind, never)), NOW)
    assert (judged.verdict, judged.cause) == (BackupVerdict.UNKNOWN, Cause.SITE_UNREACHABLE)


def test_the_first_verification_is_due_a_day_after_the_first_copy() -> None:
    facts = with_b(verified_at=None, first_held_at=NOW - 3 * HOUR)
    assert judge(facts, NOW).verify_due_at == NOW - 3 * HOUR + FIRST_VERIFICATION_DUE
    without = with_b(verified_at=None)
    assert judge(without, NOW).verify_due_at == NOW - HOUR + FIRST_VERIFICATION_DUE


def test_a_copy_dated_in_the_far_future_does_not_break_the_judge() -> None:
    far = datetime.max.replace(tzinfo=UTC)
    judged = judge(with_b(snapshot_at=far, verified_at=None), NOW)
    assert judged.verify_due_at is None


def test_a_logged_statement_is_judged_as_the_agents_own_facts() -> None:
    copies = tuple(
        SiteCopy(
            site=copy.site,
            kind="local",
            held_by=HeldBy.OWNED,
            protection=Protection.NONE,
            tree="p" + "1" * 32,
            snapshot_at=copy.snapshot_at,
            read_back_at=copy.read_back_at,
            manifest_at=copy.manifest_at,
            verified_at=copy.verified_at,
        )
        for copy in GOOD.copies
    )
    body = Backup(
        dataset="p" + "0" * 32,
        names=Names.NONE,
        verdict=BackupVerdict.RED,  # what the agent claims does not matter
        rpo_s=RPO.total_seconds(),
        copies=copies,
        separation=Separation.SEPARATE,
    )
    assert judge(from_statement(body), NOW).verdict is BackupVerdict.GREEN


MOMENTS = st.none() | st.timedeltas(timedelta(days=-60), timedelta(days=60)).map(NOW.__add__)
COPIES = st.builds(
    CopyFacts,
    site=st.sampled_from(["a", "b"]),
    cause=st.none() | st.sampled_from(list(Cause)),
    tree=st.none() | st.sampled_from(["p1", "p2"]),
    snapshot_at=MOMENTS,
    read_back_at=MOMENTS,
    manifest_at=MOMENTS,
    verified_at=MOMENTS,
)
FACTS = st.builds(
    DatasetFacts,
    rpo=st.timedeltas(timedelta(0), timedelta(days=90)),
    copies=st.lists(COPIES, max_size=3).map(tuple),
    separation=st.none() | st.sampled_from(list(Separation)),
    source_cause=st.none() | st.sampled_from([Cause.SOURCE_MISSING, Cause.SOURCE_SHRUNK]),
)


@given(FACTS)
def test_green_has_no_cause_and_everything_else_has_one(facts: DatasetFacts) -> None:
    judged = judge(facts, NOW)
    assert (judged.verdict is BackupVerdict.GREEN) == (judged.cause is None)


@given(FACTS)
def test_never_green_when_a_site_is_missing_or_a_copy_is_not_whole(facts: DatasetFacts) -> None:
    missing = replace(facts, copies=(*facts.copies, CopyFacts("c")))
    assert judge(missing, NOW).verdict is not BackupVerdict.GREEN
    if judge(facts, NOW).verdict is BackupVerdict.GREEN:
        assert len(facts.copies) >= 2
        assert len({copy.tree for copy in facts.copies}) == 1
        assert None not in {copy.tree for copy in facts.copies}
        assert facts.separation in (Separation.SEPARATE, Separation.INCONCLUSIVE)
        assert all(copy.cause is None for copy in facts.copies)


@given(FACTS)
def test_a_copy_taken_away_never_makes_the_verdict_better(facts: DatasetFacts) -> None:
    better_last = [BackupVerdict.UNKNOWN, BackupVerdict.RED, BackupVerdict.DEGRADED]
    better_last.append(BackupVerdict.GREEN)
    lost = tuple(CopyFacts(copy.site) for copy in facts.copies)
    before, after = judge(facts, NOW).verdict, judge(replace(facts, copies=lost), NOW).verdict
    assert after is BackupVerdict.RED
    assert better_last.index(after) <= max(better_last.index(before), 1)
