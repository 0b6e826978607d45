"""Whose a lock is: no living holder is ever taken for dead, whatever clocks and host names say."""

from dataclasses import dataclass, field
from random import Random

import pytest

from recovery.lock_judgement import (
    DEAD_AFTER_S,
    DeadChild,
    LockFacts,
    LockStanding,
    in_the_way,
    standings,
)

OURS = "fs-01"
RENEWED_EVERY_S = 300.0
LOCK = LockFacts("aa", exclusive=True, hostname=OURS, pid=7)
CHILD = DeadChild(OURS, 7, frozenset({"aa"}))


def standing(*locks: LockFacts, dead: tuple[DeadChild, ...] = (), seen_s: float = 0.0) -> str:
    found = standings(locks, dead, {lock.id: seen_s for lock in locks})
    return found[locks[0].id].value


def test_the_lock_of_our_dead_child_is_dead_at_once() -> None:
    assert standing(LOCK, dead=(CHILD,)) == "own_dead"


@pytest.mark.parametrize(
    "child",
    [
        DeadChild("fs-02", 7, frozenset({"aa"})),
        DeadChild(OURS, 8, frozenset({"aa"})),
        DeadChild(OURS, 7, frozenset({"bb"})),
        DeadChild(OURS, 7, frozenset()),
    ],
)
def test_a_lock_that_is_only_like_our_childs_is_held(child: DeadChild) -> None:
    assert standing(LOCK, dead=(child,)) == "held"


def test_of_two_locks_with_one_name_and_number_neither_is_ours_for_certain() -> None:
    clone = LockFacts("cc", exclusive=False, hostname=OURS, pid=7)
    assert standing(LOCK, clone, dead=(CHILD,)) == "held"


def test_a_lock_that_is_not_renewed_for_eleven_minutes_is_dead() -> None:
    assert standing(LOCK, seen_s=DEAD_AFTER_S) == "foreign_dead"
    assert standing(LOCK, seen_s=DEAD_AFTER_S - 1) == "held"


def test_a_lock_that_was_never_seen_before_is_held() -> None:
    assert standings((LOCK,), (), {})["aa"] is LockStanding.HELD


def test_a_shared_lock_bars_only_who_wants_to_be_alone() -> None:
    shared = LockFacts("bb", exclusive=False, hostname="x", pid=1)
    held = dict.fromkeys(("aa", "bb"), LockStanding.HELD)
    assert in_the_way((LOCK, shared), held, exclusive=False) == (LOCK,)
    assert in_the_way((LOCK, shared), held, exclusive=True) == (LOCK, shared)
    dead = dict.fromkeys(("aa", "bb"), LockStanding.FOREIGN_DEAD)
    assert in_the_way((LOCK, shared), dead, exclusive=True) == ()


@dataclass
class Holder:
    """Somebody's restic. Its clock is up to 45 minutes off, so no time of it is worth anything."""

    hostname: str
    pid: int
    skew_s: float
    begun_s: float
    dies_at_s: float  # from then on its lock stays as it is
    ends_at_s: float  # then it removes its lock, if it still lives
    ids: dict[int, str] = field(default_factory=dict)

    def lives(self, at_s: float) -> bool:
        return self.begun_s <= at_s < self.dies_at_s

    def lock(self, at_s: float, random: Random) -> LockFacts | None:
        if at_s < self.begun_s or (self.dies_at_s > self.ends_at_s <= at_s):
            return None
        renewals = int((min(at_s, self.dies_at_s) - self.begun_s) // RENEWED_EVERY_S)
        lock_id = self.ids.setdefault(renewals, f"{random.getrandbits(256):064x}")
        return LockFacts(lock_id, exclusive=True, hostname=self.hostname, pid=self.pid)


def holder(random: Random) -> Holder:
    begun_s = random.uniform(0, 1800)
    return Holder(
        hostname=random.choice((OURS, "fs-02")),
        pid=random.choice((7, random.randint(2, 99))),
        skew_s=random.uniform(-2700, 2700),
        begun_s=begun_s,
        dies_at_s=random.choice((1e9, begun_s + random.uniform(0, 1800))),
        ends_at_s=begun_s + random.uniform(60, 5400),
    )


@pytest.mark.parametrize("seed", range(100))
def test_no_lock_of_a_living_holder_is_ever_removed(seed: int) -> None:
    """Skewed clocks, cloned host names, our child's own number at a clone, and our restarts."""
    random = Random(seed)  # noqa: S311 - a simulation
    own = Holder(OURS, 7, 0.0, 0.0, random.uniform(1, 1200), 1e9)
    holders = [own, *(holder(random) for _ in range(random.randint(1, 4)))]
    seen_by_child: set[str] = set()
    first_s: dict[str, float] = {}
    at_s = random.uniform(0, 5)
    while at_s < 5400:
        there = [(one, lock) for one in holders if (lock := one.lock(at_s, random))]
        if own.lives(at_s):
            seen_by_child |= {lock.id for one, lock in there if one is own or random.random() < 0.3}
        else:
            child = DeadChild(OURS, own.pid, frozenset(seen_by_child))
            locks = [lock for _, lock in there]
            first_s = {lock.id: first_s.get(lock.id, at_s) for lock in locks}
            unchanged = {lock_id: at_s - since_s for lock_id, since_s in first_s.items()}
            found = standings(locks, (child,), unchanged)
            removed = {lock.id for lock in locks if found[lock.id] is not LockStanding.HELD}
            assert not [one for one, lock in there if lock.id in removed and one.lives(at_s)]
            long_dead = {lock.id for one, lock in there if at_s - one.dies_at_s > 12 * 60}
            late = {lock_id for lock_id in long_dead if unchanged[lock_id] > 12 * 60}
            assert late <= removed
        at_s += random.uniform(1, 60)


def test_a_judge_by_the_clock_and_the_host_name_would_remove_living_ones() -> None:
    """The simulation is no empty one: `restic unlock`'s own rule fails in it."""
    wrong = 0
    for seed in range(100):
        random = Random(seed)  # noqa: S311 - a simulation
        one = holder(random)
        at_s = one.begun_s + 120
        age_s = at_s - (one.begun_s + one.skew_s)
        stale = age_s > 1800 or (one.hostname == OURS and one.pid != 7)
        wrong += one.lives(at_s) and stale
    assert wrong > 10
