"""Whether retention may work at a site now, and whether it may free space."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recovery.retention_leave import (
    Copy,
    Obstacle,
    PruneState,
    clearance_counts,
    may_prune,
    other_site_obstacles,
    repacked_at_most,
    to_tell_at_once,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE = Copy("a", "tree", NOW - timedelta(hours=4), NOW - timedelta(days=40))
THERE = Copy("b", "tree", HERE.at, NOW - timedelta(days=3))
GIB = 1 << 30


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ((HERE, THERE), ()),
        ((HERE,), (Obstacle.OTHER_SITE_BEHIND,)),
        ((HERE, replace(THERE, tree="other")), (Obstacle.OTHER_SITE_BEHIND,)),
        ((HERE, replace(THERE, at=NOW - timedelta(hours=8))), (Obstacle.OTHER_SITE_BEHIND,)),
        ((HERE, replace(THERE, tree=None, at=None)), (Obstacle.OTHER_SITE_BEHIND,)),
        ((HERE, replace(THERE, verified_at=None)), (Obstacle.OTHER_SITE_UNVERIFIED,)),
        (
            (HERE, replace(THERE, verified_at=NOW - timedelta(days=31))),
            (Obstacle.OTHER_SITE_UNVERIFIED,),
        ),
        (
            (HERE, replace(THERE, verified_at=NOW + timedelta(days=1))),
            (Obstacle.OTHER_SITE_UNVERIFIED,),
        ),
        ((replace(HERE, tree=None, at=None), THERE), ()),  # nothing of it is here
        ((THERE,), ()),
    ],
)
def test_a_site_loses_nothing_that_no_other_site_holds_verified(
    copies: tuple[Copy, ...], expected: tuple[Obstacle, ...]
) -> None:
    assert other_site_obstacles("a", [copies], NOW) == expected


def test_one_dataset_that_is_behind_is_enough() -> None:
    behind = (HERE, replace(THERE, tree="other"))
    unverified = (HERE, replace(THERE, verified_at=None))
    found = other_site_obstacles("a", [(HERE, THERE), unverified, behind], NOW)
    assert found == (Obstacle.OTHER_SITE_BEHIND, Obstacle.OTHER_SITE_UNVERIFIED)


def test_the_protected_servers_word_counts_for_a_day_and_a_reserve() -> None:
    assert clearance_counts(NOW - timedelta(hours=30), NOW)
    assert not clearance_counts(NOW - timedelta(hours=30, seconds=1), NOW)
    assert not clearance_counts(NOW + timedelta(hours=1), NOW)
    assert not clearance_counts(None, NOW)


@pytest.mark.parametrize(
    ("found", "said", "expected"),
    [
        ((Obstacle.HELD,), None, (Obstacle.HELD,)),
        ((Obstacle.HELD,), (), (Obstacle.HELD,)),
        ((Obstacle.HELD, Obstacle.DAMAGED), ("HELD",), (Obstacle.DAMAGED,)),
        ((Obstacle.HELD,), ("HELD",), ()),
        ((), ("HELD",), ()),  # that it is over the daily word says
        ((Obstacle.DRILL_RUNS, Obstacle.OTHER_SITE_BEHIND), (), ()),
    ],
)
def test_what_has_come_up_is_told_at_once_and_once(
    found: tuple[Obstacle, ...], said: tuple[str, ...] | None, expected: tuple[Obstacle, ...]
) -> None:
    assert to_tell_at_once(found, said) == expected


STATE = PruneState(NOW - timedelta(hours=1), NOW - timedelta(days=8), None, tight=False)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (STATE, True),
        (replace(STATE, forgotten_at=None), False),
        (replace(STATE, pruned_at=None), True),
        (replace(STATE, pruned_at=NOW - timedelta(days=6)), False),
        (replace(STATE, pruned_at=NOW - timedelta(days=6), tight=True), True),
        (replace(STATE, foreign_lock_at=NOW - timedelta(hours=23)), False),
        (replace(STATE, foreign_lock_at=NOW - timedelta(hours=24)), True),
        (replace(STATE, foreign_lock_at=NOW, tight=True), False),
    ],
)
def test_space_is_freed_a_day_after_the_last_foreign_lock(
    state: PruneState,
    expected: bool,
) -> None:
    assert may_prune(state, NOW) is expected


@pytest.mark.parametrize(
    ("free", "expected"), [(0, 0), (GIB - 1, 0), (4 * GIB, 2 * GIB), (None, GIB)]
)
def test_on_a_full_disk_nothing_is_written_anew(free: int | None, expected: int) -> None:
    assert repacked_at_most(free) == expected
