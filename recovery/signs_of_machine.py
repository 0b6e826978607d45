"""Signs that two places are one machine or one file system, beyond two equal values."""

from recovery.pair import Pair
from recovery.places import Place

BOOT_SKEW_S = 2
LEAST_CORRELATION = 0.95
LEAST_ROUNDS = 3
LEAST_SHARE, MOST_SHARE = 0.5, 2.0  # of what was written, seen as lost: file systems add some
NOISE_BYTES = 64 * 1024 * 1024  # what others may write between two looks at one file system
WEAK_NOISE_BYTES = 4 * 1024 * 1024  # equal sizes say something only when free space is equal too


def same_filesystem(pair: Pair) -> bool | None:
    """Equal id, blocks and fragment; an id of 0 is no answer.

    Images that were cloned and XFS on equal disks carry equal ids on different machines (XFS
    makes its id of the device number): there the free space differs, and two kernels, or a
    measurement of the free space, tell the rest.
    """
    a, b = pair.a.filesystem, pair.b.filesystem
    if a is None or b is None or 0 in (a.fsid, b.fsid):
        return None
    if a != b:
        return False
    if free_space_moves_together(pair) is False:
        return False
    apart = _free_apart_bytes(pair)
    if apart is None or apart <= NOISE_BYTES:
        return True
    kernels = (pair.a.boot_id, pair.b.boot_id)
    return False if None not in kernels and kernels[0] != kernels[1] else None


def same_size(pair: Pair) -> bool | None:
    """Equal in size and, within what is written meanwhile, in free space."""
    apart = _free_apart_bytes(pair)
    if pair.a.filesystem is None or pair.b.filesystem is None or apart is None:
        return None
    same = pair.a.filesystem.size_bytes == pair.b.filesystem.size_bytes
    return same and apart <= WEAK_NOISE_BYTES


def booted_together(pair: Pair) -> bool | None:
    a, b = pair.a.booted_at_s, pair.b.booted_at_s
    return None if a is None or b is None else abs(a - b) <= BOOT_SKEW_S


def free_space_moves_together(pair: Pair) -> bool | None:
    between = pair.between
    if between.free_space_correlation is None or between.free_space_rounds < LEAST_ROUNDS:
        return None
    coupled = between.free_space_correlation >= LEAST_CORRELATION
    return coupled and LEAST_SHARE <= between.free_space_share <= MOST_SHARE


def _free_apart_bytes(pair: Pair) -> int | None:
    a, b = _free_bytes(pair.a), _free_bytes(pair.b)
    return None if a is None or b is None else abs(a - b)


def _free_bytes(place: Place) -> int | None:
    if place.filesystem is None or place.free_blocks is None:
        return None
    return place.free_blocks * place.filesystem.fragment_size
