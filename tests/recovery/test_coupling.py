"""Free space that follows what is written elsewhere is one pool; noise is no proof of two."""

import random

import pytest

from recovery.coupling import LEAST_BYTES, MOST_BYTES, Round, measured, strongest
from recovery.places import Between, Place
from recovery.separation import judge_pair

MIB = 1024 * 1024
A, B = Place("a", boot_id="1"), Place("b", boot_id="2")


def rounds(number: int, seed: int, share: float, noise_bytes: int) -> list[Round]:
    """What a pool shows that others write by `noise_bytes` at most in each step."""
    chance = random.Random(seed)  # noqa: S311 - a test's noise
    found = []
    for _ in range(number):
        size = chance.randint(LEAST_BYTES, MOST_BYTES)
        noise = [chance.randint(-noise_bytes, noise_bytes) for _ in range(3)]
        moved = int(size * share)
        found.append(Round(size, noise[0], moved + noise[1], moved + noise[2]))
    return found


def answer(found: Between) -> bool | None:
    pair = judge_pair(A, B, found)
    return None if "free_space" in pair.missing else "free_space" in pair.hard


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.6, 1.0, 1.11, 1.9])  # thin pools, ours, ext4, RAID-Z
def test_one_pool_is_seen_through_noise(seed: int, share: float) -> None:
    assert answer(measured(Between(), rounds(3, seed, share, MIB // 2))) is True


@pytest.mark.parametrize("seed", range(50))
@pytest.mark.parametrize("noise", [0, MIB, 50 * MIB, 1000 * MIB])
def test_two_pools_are_never_called_one(seed: int, noise: int) -> None:
    assert answer(measured(Between(), rounds(3, seed, 0.0, noise))) is not True


def test_a_noisy_pool_that_shows_nothing_is_no_answer() -> None:
    assert answer(measured(Between(), rounds(6, 1, 0.0, 1000 * MIB))) is None
    assert answer(measured(Between(), rounds(3, 1, 0.0, MIB))) is False


def test_too_few_rounds_say_nothing() -> None:
    assert measured(Between(canary_seen=False), rounds(2, 1, 1.0, 0)) == Between(canary_seen=False)


@pytest.mark.parametrize("share", [0.1, 10.0, -1.0])
def test_another_size_than_was_written_is_somebody_else(share: float) -> None:
    assert answer(measured(Between(), rounds(4, 1, share, 0))) is False


def test_free_space_that_never_moves_is_an_answer() -> None:
    still = measured(Between(), [Round(8 * MIB, 0, 0, 0)] * 3)
    assert (still.free_space_correlation, answer(still)) == (0.0, False)


def test_of_several_file_systems_the_connected_one_counts() -> None:
    one, other = measured(Between(), rounds(3, 1, 1.0, 0)), measured(Between(), rounds(3, 2, 0, 0))
    assert strongest([other, one, Between()]) == one
    assert strongest([other, Between()]) == Between()
    assert strongest([other]) == other
