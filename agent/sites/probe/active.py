"""Probes that write: a file that the other place must not see, space that it must not lose.

Only with the owner's consent, beside a repository and never inside it, never where space is
low. What is written has no name while it grows (it is unlinked at once), so that the kernel
takes it back even when this process is killed; the canary has a name for a moment, and an old
one is swept away by the next probe.

Source: reference "Are two sites two sites?", rows "Active free-space probe", "Canary visibility".
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from agent.clock import Clock
from recovery.coupling import LEAST_BYTES, MOST_BYTES, QUIET_BYTES, Round, measured
from recovery.places import Between

LEAST_FREE_BYTES = 1024 * 1024 * 1024
ROUNDS, MOST_ROUNDS = 3, 6
SETTLES_WITHIN_S = 6.0  # some file systems book what was written with their next transaction
LOOK_EVERY_S = 0.5
NONCE_BYTES = 16
PREFIX = ".lachan-probe-"
CANARY = ".lachan-canary-"
STALE_AFTER = timedelta(hours=1)


class View(Protocol):
    """A place that can be watched."""

    def free_bytes(self) -> int: ...

    def sees(self, name: str) -> bool:
        """Whether a file of this name lies beside the repository, or a little above it."""
        ...


class Ground(Protocol):
    """A place beside a repository that may be written for a moment."""

    def free_bytes(self) -> int: ...

    def sweep(self, now: datetime) -> None:
        """Take away what a killed probe has left."""
        ...

    def filled(self, name: str, content: bytes) -> AbstractContextManager[None]:
        """The content, on the disk, until the block ends; its name is gone at once."""
        ...

    def canary(self, name: str) -> AbstractContextManager[None]:
        """An empty file of this name, until the block ends."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What the measurement needs from outside."""

    clock: Clock
    entropy: Callable[[int], bytes]


def roomy(place: View | Ground) -> bool:
    return place.free_bytes() >= LEAST_FREE_BYTES


def seen_from(ground: Ground, views: Mapping[str, View], means: Means) -> dict[str, bool]:
    """Which of the views show a file that is written at the ground."""
    ground.sweep(means.clock.now())
    name = CANARY + means.entropy(NONCE_BYTES).hex()
    with ground.canary(name):
        return {key: view.sees(name) for key, view in views.items()}


def space_between(ground: Ground, views: Mapping[str, View], means: Means) -> dict[str, Between]:
    """What each view loses and gets back while the ground is written, in at least 3 rounds.

    More rounds where a view moves by itself and shows no connection yet.
    """
    rounds: dict[str, list[Round]] = {key: [] for key in views}
    while True:
        for key, one in _round(ground, views, means).items():
            rounds[key].append(one)
        found = {key: measured(Between(), rounds[key]) for key in views}
        done = len(next(iter(rounds.values()), ()))
        decided = all(one.free_space_correlation is not None for one in found.values())
        if done >= MOST_ROUNDS or (done >= ROUNDS and decided):
            return found


def _round(ground: Ground, views: Mapping[str, View], means: Means) -> dict[str, Round]:
    size = _random_size(means.entropy)
    first = _free(views)
    means.clock.sleep(LOOK_EVERY_S)
    before = _free(views)
    with ground.filled(PREFIX + means.entropy(NONCE_BYTES).hex(), means.entropy(size)):
        written = _settled(views, before, -size, means.clock)
    after = _settled(views, written, size, means.clock)
    return {
        key: Round(
            written_bytes=size,
            idle_bytes=first[key] - before[key],
            lost_bytes=before[key] - written[key],
            regained_bytes=after[key] - written[key],
        )
        for key in views
    }


def _settled(
    views: Mapping[str, View], before: Mapping[str, int], expected: int, clock: Clock
) -> dict[str, int]:
    """The free space when every view has moved as expected, or will not any more."""
    ends_at = clock.monotonic() + SETTLES_WITHIN_S
    while True:
        now = _free(views)
        moved = ((now[key] - before[key]) / expected for key in views)
        if all(share >= 1 - QUIET_BYTES / MOST_BYTES for share in moved):
            return now
        if clock.monotonic() >= ends_at:
            return now
        clock.sleep(LOOK_EVERY_S)


def _free(views: Mapping[str, View]) -> dict[str, int]:
    return {key: view.free_bytes() for key, view in views.items()}


def _random_size(entropy: Callable[[int], bytes]) -> int:
    number = int.from_bytes(entropy(8), "big")
    return LEAST_BYTES + number % (MOST_BYTES - LEAST_BYTES + 1)
