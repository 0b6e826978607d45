"""The lines in which two masked texts differ. Pure."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 2_000  # shown; more is counted
_AROUND = 3
_MOST_PAIRS = 9_000_000  # of lines that may be tried against each other


class Sign(StrEnum):
    """What became of a line."""

    SAME = " "
    GONE = "-"
    NEW = "+"
    ELSEWHERE = "@"  # the place of the next lines: `text` is "-3,7 +3,9"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference."""

    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines in order, and how many there are; a changed secret is a changed line."""

    lines: tuple[Line, ...]
    omitted: int
    added: int
    removed: int


def difference(before: str, after: str) -> Difference:
    """Unified, with three lines around each change."""
    lines = list(_lines(before, after))
    return Difference(
        lines=tuple(lines[:MOST_LINES]),
        omitted=max(0, len(lines) - MOST_LINES),
        added=sum(line.sign is Sign.NEW for line in lines),
        removed=sum(line.sign is Sign.GONE for line in lines),
    )


def _lines(before: str, after: str) -> Iterator[Line]:
    old, new = _split(before), _split(after)
    alike = _alike(old, new)
    tail = _alike(old[alike:][::-1], new[alike:][::-1])
    first = max(0, alike - _AROUND)  # everything before it is the same in both
    old = old[first : len(old) - max(0, tail - _AROUND)]
    new = new[first : len(new) - max(0, tail - _AROUND)]
    if len(old) * len(new) > _MOST_PAIRS:
        yield _place(first, (0, len(old)), (0, len(new)))
        yield from _marked(Sign.GONE, old)
        yield from _marked(Sign.NEW, new)
        return
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(_AROUND):
        yield _place(first, (group[0][1], group[-1][2]), (group[0][3], group[-1][4]))
        for tag, begin, end, new_begin, new_end in group:
            if tag == "equal":
                yield from _marked(Sign.SAME, old[begin:end])
                continue
            yield from _marked(Sign.GONE, old[begin:end])
            yield from _marked(Sign.NEW, new[new_begin:new_end])


def _marked(sign: Sign, lines: Sequence[str]) -> Iterator[Line]:
    return (Line(sign, line) for line in lines)


def _place(first: int, old: tuple[int, int], new: tuple[int, int]) -> Line:
    before, after = (f"{first + begin + 1},{end - begin}" for begin, end in (old, new))
    return Line(Sign.ELSEWHERE, f"-{before} +{after}")


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same from the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _split(text: str) -> list[str]:
    """A missing line end at the end of the file is a difference, too."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines[:-1], lines[-1] + "\\"]
