"""What a stretch of bytes looks like. Pure.

Source: Knuth, The Art of Computer Programming 2, §3.3.1 (chi-square test); Shannon 1948.
"""

import math
from collections import Counter
from itertools import pairwise

BLOCK = 1024  # a stretch that begins anywhere holds whole ones of an encrypted 4 KiB
_BINS = 256
# Random bytes give 255 ± 22.6, however many; six deviations above leave one in a billion outside.
# Of 1,024 bytes text gives ten thousand, uncompressed pictures and programs thousands. Compressed
# data falls inside: only where a class holds none does this say anything.
MOST_CHI_SQUARE = 255 + 6 * math.sqrt(2 * 255)
LEAST_JUDGED = 512  # fewer bytes fill 256 bins too thinly
_LEAST_DIFFERENT = 190  # of 512 random bytes 221 ± 5 differ: what shows fewer needs no counting
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b\x1a\x08\x0b")) + b"\x7f"
_CONTROL_SHARE = 0.05  # random bytes: 0.10; texts of old programs have a few
_HIGH = bytes(range(128, 256))
_HIGH_SHARE = 0.7  # Vietnamese in UTF-8 has 0.3; a text with each byte's highest bit turned 1.0


def chi_square(block: bytes) -> float:
    """How far the block's bytes are from being all equally frequent."""
    expected = len(block) / _BINS
    counted = Counter(block).values()
    return sum(count * count for count in counted) / expected - len(block)


def shannon(block: bytes) -> float:
    """Bits for each byte, 0 to 8."""
    length = len(block)
    return -sum(n / length * math.log2(n / length) for n in Counter(block).values()) + 0.0


def is_random(block: bytes) -> bool:
    """As a cipher's output; at least `LEAST_JUDGED` bytes are needed to say so."""
    if len(block) < LEAST_JUDGED or len(set(block[:LEAST_JUDGED])) < _LEAST_DIFFERENT:
        return False
    return chi_square(block) <= MOST_CHI_SQUARE


def is_no_text(block: bytes) -> bool:
    """More control characters, or more bytes beyond ASCII, than any writing has."""
    length = len(block)
    if length < LEAST_JUDGED:
        return False
    if block.isascii() and block.translate(None, _CONTROLS) == block:
        return False
    controls = length - len(block.translate(None, _CONTROLS))
    high = length - len(block.translate(None, _HIGH))
    return controls > _CONTROL_SHARE * length or high > _HIGH_SHARE * length


def blocks_of(stretch: bytes) -> list[bytes]:
    """The stretch in blocks; what is left over at its end belongs to the last."""
    count = max(1, len(stretch) // BLOCK)
    bounds = [*(BLOCK * number for number in range(count)), len(stretch)]
    return [stretch[one:other] for one, other in pairwise(bounds)]
