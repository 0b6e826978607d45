"""Does the free space of one place follow what is written at another? Pure arithmetic.

One round writes a random number of bytes at A and takes them away again; B's free space is
read before, between and after. Two looks without a write in between say how much others write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from recovery.places import Between
from recovery.signs_of_machine import LEAST_CORRELATION, LEAST_ROUNDS

LEAST_BYTES, MOST_BYTES = 4 * 1024 * 1024, 32 * 1024 * 1024
QUIET_BYTES = LEAST_BYTES // 2  # more than this by itself, and the answer "no" is not believed


@dataclass(frozen=True, slots=True)
class Round:
    """One size, and what B lost by itself, when it was written, and got back afterwards."""

    written_bytes: int
    idle_bytes: int
    lost_bytes: int
    regained_bytes: int


def measured(between: Between, rounds: Sequence[Round]) -> Between:
    """Add what the rounds say; a noisy place that shows no connection shows nothing at all."""
    if len(rounds) < LEAST_ROUNDS:
        return between
    moves = [(float(one.written_bytes), float(one.lost_bytes)) for one in rounds]
    moves += [(-float(one.written_bytes), -float(one.regained_bytes)) for one in rounds]
    correlation, share = _line(moves)
    quiet = all(abs(one.idle_bytes) <= QUIET_BYTES for one in rounds)
    if correlation < LEAST_CORRELATION and not quiet:
        return between
    return replace(
        between,
        free_space_correlation=correlation,
        free_space_share=share,
        free_space_rounds=len(rounds),
    )


def strongest(found: Sequence[Between]) -> Between:
    """Of several file systems of one place: a connection with any of them counts.

    While one of them is too noisy to tell, "no" of the others is no answer.
    """
    known = sorted(found, key=lambda one: one.free_space_correlation or 0.0)
    best = known[-1].free_space_correlation
    if best is not None and best >= LEAST_CORRELATION:
        return known[-1]
    if any(one.free_space_correlation is None for one in known):
        return Between()
    return known[-1]


def _line(moves: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Pearson's correlation, and the slope: bytes lost for each byte written."""
    mean_x = sum(x for x, _ in moves) / len(moves)
    mean_y = sum(y for _, y in moves) / len(moves)
    over_x = sum((x - mean_x) ** 2 for x, _ in moves)
    over_y = sum((y - mean_y) ** 2 for _, y in moves)
    both = sum((x - mean_x) * (y - mean_y) for x, y in moves)
    if not over_y:
        return 0.0, 0.0  # nothing moved
    return both / sqrt(over_x * over_y), both / over_x
