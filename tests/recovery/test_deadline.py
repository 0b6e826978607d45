"""When a backup is missed: at the newest point's RPO, whatever the schedule or the agent says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recovery.dataset_facts import CopyFacts, DatasetFacts
from recovery.deadline import deadline
from wire.verdicts import Cause

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLANNED_AT = NOW - 100 * HOUR
A = CopyFacts("a", tree="t", snapshot_at=NOW - 3 * HOUR, read_back_at=NOW - 2 * HOUR)
B = replace(A, site="b", snapshot_at=NOW - 5 * HOUR)
FACTS = DatasetFacts(8 * HOUR, (A, B))


def due(*copies: CopyFacts) -> datetime:
    return deadline(replace(FACTS, copies=copies), PLANNED_AT, NOW)


def test_the_newest_point_at_any_site_counts() -> None:
    assert due(A, B) == due(B, A) == NOW + 5 * HOUR


def test_a_site_that_cannot_be_reached_still_has_what_it_had() -> None:
    assert due(replace(A, cause=Cause.SITE_UNREACHABLE), B) == NOW + 5 * HOUR


@pytest.mark.parametrize(
    "cause", [Cause.REPOSITORY_DAMAGED, Cause.NO_REPOSITORY, Cause.SNAPSHOTS_VANISHED]
)
def test_a_point_at_a_site_that_holds_nothing_does_not_count(cause: Cause) -> None:
    assert due(replace(A, cause=cause), B) == NOW + 3 * HOUR
    assert due(replace(A, cause=cause), replace(B, cause=cause)) < NOW


def test_a_point_dated_in_the_future_never_keeps_the_alarm_away() -> None:
    ahead = replace(A, snapshot_at=NOW + timedelta(days=4 * 365))
    assert due(ahead, B) == NOW + 3 * HOUR
    assert due(ahead) == NOW
    nearly = replace(A, snapshot_at=NOW + timedelta(minutes=4))
    assert due(nearly) == NOW + timedelta(minutes=4) + 8 * HOUR


def test_what_never_had_a_point_is_due_one_rpo_after_it_was_planned() -> None:
    never = CopyFacts("a", cause=Cause.NEVER_RUN)
    assert due() == due(never) == PLANNED_AT + 8 * HOUR
