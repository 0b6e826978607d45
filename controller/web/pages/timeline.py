"""When files changed, drawn as one lane for each watched path; a time not watched is never quiet.

Pure: what it is given decides what it draws.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from controller.store.queries_file_events import Bar

HEIGHT = 40.0
_LEAST_HEIGHT = 3.0  # a single file beside a million is still seen
_LEAST_WIDTH = 0.15  # of a stretch: so is a gap of one moment
_ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is drawn, in stretches of equal width."""

    start: datetime
    width: timedelta
    stretches: int

    @property
    def end(self) -> datetime:
        return self.start + self.width * self.stretches

    def x(self, at: datetime) -> float:
        """Where a moment lies, from 0 at the start to `stretches` at the end."""
        inside = min(max(at, self.start), self.end)
        return (inside - self.start) / self.width

    def moment(self, number: int) -> datetime:
        return self.start + self.width * number


@dataclass(frozen=True, slots=True)
class Time:
    """From here to there; `reason` is a code of what was amiss, if it is known."""

    from_at: datetime
    to_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The changed files of one stretch: what nothing explains stands below, in colour."""

    number: int
    unexplained: int
    explained: int
    low: float  # height of the unexplained part
    high: float  # of both

    @property
    def files(self) -> int:
        return self.unexplained + self.explained


@dataclass(frozen=True, slots=True)
class Blind:
    """A time in which nobody watched, or many that the eye cannot tell apart, and where it is."""

    time: Time
    x: float
    width: float
    spent: timedelta
    times: int = 1


@dataclass(frozen=True, slots=True)
class Lane:
    """One watched path of one host."""

    agent: str
    watched: str
    columns: tuple[Column, ...]
    blind: tuple[Blind, ...]

    @property
    def unexplained(self) -> int:
        return sum(column.unexplained for column in self.columns)

    @property
    def explained(self) -> int:
        return sum(column.explained for column in self.columns)

    @property
    def blind_s(self) -> float:
        """How long nobody watched, in seconds."""
        return sum((each.spent for each in self.blind), _ZERO).total_seconds()

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.time.reason for each in self.blind if each.time.reason))


def tallest(bars: Iterable[Bar]) -> int:
    """Files of the fullest stretch of any lane: all lanes have one scale."""
    sums: Counter[tuple[str, str, int]] = Counter()
    for bar in bars:
        sums[bar.agent, bar.watched, bar.number] += bar.files
    return max(sums.values(), default=0)


def columns(bars: Iterable[Bar], most: int) -> tuple[Column, ...]:
    """By the square root, so that the usual is seen beside the enormous."""
    unexplained: Counter[int] = Counter()
    explained: Counter[int] = Counter()
    for bar in bars:
        (explained if bar.explained else unexplained)[bar.number] += bar.files
    return tuple(
        Column(
            number=number,
            unexplained=unexplained[number],
            explained=explained[number],
            low=_height(unexplained[number], most),
            high=max(
                _height(unexplained[number] + explained[number], most),
                _height(unexplained[number], most),
            ),
        )
        for number in sorted(unexplained.keys() | explained.keys())
    )


def _height(files: int, most: int) -> float:
    return max(_LEAST_HEIGHT, HEIGHT * sqrt(files / most)) if files else 0.0


def blind_times(
    window: Window, watched: Iterable[Time], gaps: Sequence[Time], until: datetime
) -> tuple[Blind, ...]:
    """All of the window up to `until` that no watched time covers, and every gap inside them."""
    ends_at = min(window.end, until)
    told = (gap for gap in gaps if gap.to_at >= window.start and gap.from_at < ends_at)
    pieces = sorted([*_between(window.start, ends_at, watched), *told], key=_begin)
    return tuple(_drawn(_blind(window, each, ends_at) for each in _merged(pieces)))


def _drawn(pieces: Iterable[Blind]) -> list[Blind]:
    """What would be drawn over one another is one: a host that fails every minute has many."""
    found: list[Blind] = []
    for piece in pieces:
        if found and piece.x < found[-1].x + found[-1].width:
            last = found.pop()
            found.append(
                Blind(
                    Time(last.time.from_at, piece.time.to_at, last.time.reason),
                    last.x,
                    piece.x + piece.width - last.x,
                    last.spent + piece.spent,
                    last.times + piece.times,
                )
            )
        else:
            found.append(piece)
    return found


def _merged(times: Iterable[Time]) -> list[Time]:
    """What overlaps or touches is one time; the first reason that is known speaks for it."""
    found: list[Time] = []
    for time in times:
        if found and time.from_at <= found[-1].to_at:
            last = found.pop()
            ends = max(last.to_at, time.to_at)
            time = Time(last.from_at, ends, last.reason or time.reason)  # noqa: PLW2901 - grows
        found.append(time)
    return found


def _between(start: datetime, end: datetime, watched: Iterable[Time]) -> Iterable[Time]:
    reached = start
    for time in sorted(watched, key=_begin):
        if time.from_at > reached:
            yield Time(reached, min(time.from_at, end))
        reached = max(reached, time.to_at)
        if reached >= end:
            return
    if reached < end:
        yield Time(reached, end)


def _blind(window: Window, time: Time, ends_at: datetime) -> Blind:
    """A gap that began earlier or ends later is drawn, and counted, as far as one sees."""
    seen = Time(max(time.from_at, window.start), min(time.to_at, ends_at), time.reason)
    left, right = window.x(seen.from_at), window.x(seen.to_at)
    return Blind(seen, left, max(right - left, _LEAST_WIDTH), seen.to_at - seen.from_at)


def _begin(time: Time) -> datetime:
    return time.from_at
