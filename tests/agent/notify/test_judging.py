"""What of a backup is a trouble: everything that is not good, at the latest one RPO on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.notify.judging import Watched, dataset_troubles, merged
from agent.notify.trouble import Kind, Trouble
from recovery.backup_verdict import judge
from recovery.dataset_facts import CopyFacts, DatasetFacts
from wire.verdicts import BackupVerdict, Cause, Separation

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
A = CopyFacts(
    "a",
    tree="t",
    snapshot_at=NOW - HOUR,
    read_back_at=NOW - HOUR,
    manifest_at=NOW - HOUR,
    verified_at=NOW - HOUR,
)
B = replace(A, site="b")
GOOD = DatasetFacts(8 * HOUR, (A, B), Separation.SEPARATE)


def found(facts: DatasetFacts, **more: object) -> list[Trouble]:
    planned_at = NOW - 100 * HOUR
    watched = Watched("share", facts, judge(facts, NOW), planned_at)
    return merged(dataset_troubles(replace(watched, **more), NOW))  # type: ignore[arg-type]


def kinds(facts: DatasetFacts, **more: object) -> list[tuple[Kind, str, Cause | None]]:
    return [(each.kind, each.site, each.cause) for each in found(facts, **more)]


def at_b(**changes: object) -> DatasetFacts:
    return replace(GOOD, copies=(A, replace(B, **changes)))  # type: ignore[arg-type]


def both(**changes: object) -> DatasetFacts:
    return replace(GOOD, copies=tuple(replace(copy, **changes) for copy in (A, B)))  # type: ignore[arg-type]


def test_a_good_dataset_has_none() -> None:
    assert found(GOOD) == []


def test_a_backup_is_missed_from_its_rpo_on_with_the_moment_of_the_deadline() -> None:
    edge = NOW - 8 * HOUR
    assert found(both(snapshot_at=edge)) == []
    (missed,) = found(both(snapshot_at=edge - HOUR), running_since=NOW - 2 * HOUR)
    assert (missed.kind, missed.subject, missed.cause) == (
        Kind.BACKUP_MISSED,
        "share",
        Cause.STALE,
    )
    assert (missed.since, missed.running_since) == (NOW - HOUR, NOW - 2 * HOUR)


def test_a_dataset_that_never_had_a_point_is_missed_one_rpo_after_it_was_planned() -> None:
    never = CopyFacts("a", cause=Cause.NEVER_RUN)
    facts = replace(GOOD, copies=(never, replace(never, site="b")))
    assert found(facts, planned_at=NOW - 8 * HOUR) == []
    missed = found(facts, planned_at=NOW - 9 * HOUR)
    assert [each.kind for each in missed] == [Kind.BACKUP_MISSED]


def test_a_site_that_is_away_is_told_once_its_newest_point_is_older_than_the_rpo() -> None:
    assert found(at_b(cause=Cause.SITE_UNREACHABLE)) == []
    old = at_b(cause=Cause.SITE_UNREACHABLE, snapshot_at=NOW - 9 * HOUR)
    assert kinds(old) == [(Kind.SITE_FAILS, "b", Cause.SITE_UNREACHABLE)]


@pytest.mark.parametrize(
    "cause", [Cause.BAD_KEY, Cause.NO_REPOSITORY, Cause.DISK_FULL, Cause.HOST_KEY_CHANGED]
)
def test_what_does_not_pass_by_itself_is_told_at_once(cause: Cause) -> None:
    assert kinds(at_b(cause=cause)) == [(Kind.SITE_FAILS, "b", cause)]


@pytest.mark.parametrize(
    "cause", [Cause.REPOSITORY_DAMAGED, Cause.CONTENT_DIFFERS, Cause.SNAPSHOTS_VANISHED]
)
def test_damage_is_told_at_once(cause: Cause) -> None:
    assert kinds(at_b(cause=cause)) == [(Kind.BACKUP_DAMAGED, "b", cause)]


def test_contents_of_one_moment_that_differ_are_damage() -> None:
    assert kinds(at_b(tree="other")) == [(Kind.BACKUP_DAMAGED, "", Cause.CONTENT_DIFFERS)]


@pytest.mark.parametrize("cause", [Cause.SOURCE_MISSING, Cause.SOURCE_SHRUNK])
def test_a_run_that_made_no_point_is_told_at_once(cause: Cause) -> None:
    facts = replace(GOOD, source_cause=cause)
    assert kinds(facts) == [(Kind.NO_NEW_POINT, "", cause)]


def test_the_first_verification_has_a_day() -> None:
    assert found(both(verified_at=None)) == []
    late = both(verified_at=None, first_held_at=NOW - 25 * HOUR)
    assert kinds(late) == [
        (Kind.SITE_FAILS, "a", Cause.UNVERIFIED),
        (Kind.SITE_FAILS, "b", Cause.UNVERIFIED),
    ]
    long_ago = both(verified_at=NOW - timedelta(days=31))
    assert len(found(long_ago)) == 2


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (replace(GOOD, separation=Separation.NOT_SEPARATE), Cause.SITES_NOT_SEPARATE),
        (replace(GOOD, separation=Separation.SUSPECT), Cause.SITES_SUSPECT),
        (replace(GOOD, separation=None), Cause.COULD_NOT_LOOK),
        (replace(GOOD, copies=(A,)), Cause.NO_SNAPSHOT),
    ],
)
def test_places_that_are_not_two_are_told(facts: DatasetFacts, cause: Cause) -> None:
    assert kinds(facts) == [(Kind.NOT_TWO_SITES, "", cause)]


def test_sites_that_were_never_compared_have_a_day() -> None:
    assert found(replace(GOOD, separation=None), planned_at=NOW - 23 * HOUR) == []


def test_a_clock_that_was_set_back_is_told_as_such() -> None:
    assert kinds(both(snapshot_at=NOW + timedelta(days=2))) == [(Kind.CLOCK, "", Cause.CLOCK)]


def test_one_cause_at_one_site_is_one_trouble_of_all_its_datasets() -> None:
    one = found(at_b(cause=Cause.DISK_FULL))
    two = found(at_b(cause=Cause.DISK_FULL), name="his")
    (together,) = merged([*one, *two])
    assert together.datasets == ("share", "his")


COPIES = [
    replace(copy, **change)  # type: ignore[arg-type]
    for copy in (A, B)
    for change in (
        {},
        {"snapshot_at": NOW - 9 * HOUR},
        {"snapshot_at": None, "tree": None, "cause": Cause.NEVER_RUN},
        *({"cause": cause} for cause in Cause),
    )
]


def test_nothing_that_is_not_recoverable_within_its_rpo_stays_silent() -> None:
    """RED is always told; what is not GREEN is told once its points are older than the RPO."""
    for first in COPIES[: len(COPIES) // 2]:
        for second in COPIES[len(COPIES) // 2 :]:
            facts = replace(GOOD, copies=(first, second))
            told = found(facts)
            if judge(facts, NOW).verdict is BackupVerdict.RED:
                assert told, (first.cause, second.cause)
            old = replace(
                facts,
                copies=tuple(
                    replace(copy, snapshot_at=copy.snapshot_at and copy.snapshot_at - 9 * HOUR)
                    for copy in facts.copies
                ),
            )
            assert judge(old, NOW).verdict is not BackupVerdict.GREEN
            assert found(old)
